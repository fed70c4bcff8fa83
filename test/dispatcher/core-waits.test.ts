import { describe, expect, test } from 'vitest';
import { status } from '../../src/dispatcher/shell/answers.js';
import { waitReason } from '../../src/dispatcher/shell/wait-reasons.js';
import { scenario } from '../support/dispatcher-scenario.js';

describe('promise 9: why a commit waits', () => {
  test('busy runners, and the place in the line', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      for (let number = 1; number <= 9; number += 1) s.dispatch(number);
    });
    expect(s.why(1)).toBeNull();
    expect(s.why(2)).toBe('1 runner, busy, first in line');
    s.given(() => {
      s.runner('bob');
    });
    expect(s.why(5)).toBe('2 runners, both busy, third in line');
    s.given(() => {
      s.runner('eve');
    });
    expect(s.why(9)).toBe('3 runners, all busy, number 6 in line');
    expect(s.core.waits(5, s.nowMs).map(({ why }) => waitReason(why))).toEqual([
      '3 runners, all busy, first in line',
      '3 runners, all busy, second in line',
      '3 runners, all busy, third in line',
      '3 runners, all busy, fourth in line',
      '3 runners, all busy, fifth in line',
    ]);
  });

  test('each repository has a line of its own', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      s.runner('ada', { repository: 'other' });
      s.dispatch(1, 'bob');
      s.dispatch(2, 'eve');
      s.dispatch(3, 'bob');
    });
    expect(s.why(3)).toBe('1 runner, busy, first in line');
    expect(s.core.waits(2, s.nowMs).at(-1)?.why).toEqual({
      kind: 'runners-busy',
      runners: 1,
      place: 1,
    });
  });

  test('a fetch that failed, and when it is tried again', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.handsBack('ada', s.runOf(1), 'could-not-fetch');
    });
    expect(s.why(1)).toBe('it could not be fetched; tried again in 1 s');
    s.given(() => {
      s.dispatch(2);
      s.passes(1_000);
    });
    expect(s.why(1)).toBe('1 runner, busy, first in line');
  });

  test('runners that do not have the commit', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob');
      s.dispatch(1);
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
    });
    s.given(() => s.handsBack('bob', s.runOf(1), 'unknown-commit'));
    expect(s.why(1)).toBe('ada and bob do not have the commit yet; asked again in 1 s');
    s.given(() => s.leaves('bob'));
    expect(s.why(1)).toBe('ada does not have the commit yet; asked again in 1 s');
  });

  test.each([
    [3, 'ada, bob and eve do not have the commit yet; asked again in 1 s'],
    [4, 'ada, bob, eve and others do not have the commit yet; asked again in 1 s'],
  ])('of %i runners that do not have the commit three are named', (count, why) => {
    const s = scenario();
    s.given(() => {
      const names = ['ada', 'bob', 'eve', 'ida'].slice(0, count);
      for (const name of names) s.runner(name);
      s.dispatch(1);
      for (const name of names) s.handsBack(name, s.runOf(1), 'unknown-commit');
    });
    expect(s.why(1)).toBe(why);
  });
});

test('a runner that came back with its run has been at it since that began', () => {
  const s = scenario();
  s.given(() => {
    s.runner('ada');
    s.dispatch(1);
    const run = s.runOf(1);
    s.passes(9_000);
    s.leaves('ada');
    s.runner('ada', { runs: [run] });
    s.passes(900);
  });
  expect(status(s.core, { stepsOf: () => [] }, s.nowMs)).toMatch(
    /runner ada \(for demo\): tests 0000000 for (9|10)\.\d s/,
  );
});
