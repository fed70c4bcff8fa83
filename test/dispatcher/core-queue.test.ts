import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

describe('the order of the queue', () => {
  test('A38: six waiting commits run in the order in which they came', () => {
    const s = scenario();
    s.given(() => {
      for (let number = 1; number <= 6; number += 1) s.dispatch(number);
      s.runner('ada');
    });
    for (let number = 1; number <= 6; number += 1) s.reports('ada', s.runOf(number));
    s.outcomeOf(
      /leased/,
      ...[2, 3, 4, 5, 6].map((n) => `job ${n} leased: run 1-${n}, number 1, ada`),
    );
  });

  test('an interrupted job goes to the front, the older one first', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob');
      for (let number = 1; number <= 4; number += 1) s.dispatch(number);
      s.leaves('bob');
      s.leaves('ada');
    });
    s.runner('eve', { capacity: 4 });
    s.outcomeOf(
      /leased/,
      'job 1 leased: run 1-3, number 2, eve',
      'job 2 leased: run 1-4, number 2, eve',
      'job 3 leased: run 1-5, number 1, eve',
      'job 4 leased: run 1-6, number 1, eve',
    );
  });

  test('A38: the runner that has been idle longest is chosen', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob');
      s.runner('eve');
      s.dispatch(1);
      s.dispatch(2);
      s.reports('bob', s.runOf(2));
      s.reports('ada', s.runOf(1));
    });
    for (const number of [3, 4, 5]) s.dispatch(number);
    s.outcomeOf(
      /leased/,
      'job 3 leased: run 1-3, number 1, eve',
      'job 4 leased: run 1-4, number 1, bob',
      'job 5 leased: run 1-5, number 1, ada',
    );
  });

  test('a runner gets as many runs at once as its capacity, spread over all runners', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada', { capacity: 2 });
      s.runner('bob', { capacity: 2 });
      for (let number = 1; number <= 5; number += 1) s.dispatch(number);
    });
    expect(s.core.runners().map(({ runs }) => runs.size)).toEqual([2, 2]);
    expect(s.core.counts()).toEqual({ waiting: 1, blocked: 0, leased: 4 });
    expect(s.job(1)?.runs[0]?.runner).toBe('ada');
    expect(s.job(2)?.runs[0]?.runner).toBe('bob');
  });

  test('a draining runner finishes what it has and gets nothing more', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.dispatch(2);
      s.drains('ada');
    });
    s.reports('ada', s.runOf(1));
    s.outcome('job 1 passed', '→ ada: recorded run 1-1');
    expect(s.why(2)).toBe('1 runner for it, shutting down');
  });

  test('a dispatcher that drains leases nothing, and takes results', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.drain();
    });
    s.dispatch(2);
    s.outcome('job 2 accepted: c2 of demo', '→ asker: OK');
    s.reports('ada', s.runOf(1));
    s.outcome('job 1 passed', '→ ada: recorded run 1-1');
    expect(s.why(2)).toBe('the dispatcher is shutting down');
  });
});
