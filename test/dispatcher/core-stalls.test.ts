import { describe, expect, test } from 'vitest';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { scenario } from '../support/dispatcher-scenario.js';

const stood = (forMs: number) => `(the dispatcher stood still for ${forMs} ms)`;

/** Ada tests the first commit, and the dispatcher is frozen meanwhile. */
function frozenInMidTest() {
  const s = scenario();
  s.given(() => {
    s.runner('ada');
    s.dispatch(1);
    s.freezesItself(15_000);
  });
  return { s, run: s.runOf(1) };
}

describe('a dispatcher that stood still', () => {
  test('evicts nobody for its own silence: it counts beats, not seconds', () => {
    const { s } = frozenInMidTest();
    s.passes(heartbeatEveryMs);
    s.outcome();
    expect(s.isHere('ada')).toBe(true);
  });

  test('waits for a runner that took it for dead, and its run goes on', () => {
    const { s, run } = frozenInMidTest();
    s.given(() => s.runner('bob'));
    s.leaves('ada');
    s.outcome('(runner ada left: closed its connection)');
    s.runner('ada', { runs: [run] });
    s.outcomeOf(/job/, 'job 1 resumed: run 1-1, ada');
    s.reports('ada', run);
    s.outcomeOf(/job/, 'job 1 passed');
    expect(s.job(1)?.runs).toHaveLength(1);
  });

  test('hears of connections that came and went meanwhile, and takes none of them for a loss', () => {
    const { s, run } = frozenInMidTest();
    s.given(() => {
      s.leaves('ada');
      for (let reconnect = 0; reconnect < 5; reconnect += 1) {
        s.runner('ada', { runs: [run] });
        s.leaves('ada');
      }
      s.runner('ada', { runs: [run] });
      s.reports('ada', run);
    });
    expect(s.job(1)).toMatchObject({ state: { verdict: 'passed' }, runs: [{ end: 'finished' }] });
  });

  test('gives the run to another if its runner does not come back', () => {
    const { s } = frozenInMidTest();
    s.given(() => {
      s.runner('bob');
      s.leaves('ada');
      s.passes(4_000);
    });
    expect(s.job(1)?.state.kind).toBe('leased');
    s.passes(2_000);
    s.outcomeOf(
      /job/,
      'job 1 lost: ada did not come back after the dispatcher stood still',
      'job 1 leased: run 1-2, number 2, bob',
    );
  });

  test('listens before it leases: what is dead already gets nothing', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.freezesItself(10_000);
    s.dispatch(1);
    s.outcome(stood(10_000), 'job 1 accepted: c1 of demo', '→ asker: OK');
    expect(s.why(1)).toBe('the dispatcher stood still, and first hears who is still there');
    s.leaves('ada');
    s.outcome('(runner ada left: closed its connection)');
    s.runner('ada');
    s.outcome('(runner ada joined)');
    s.passes(heartbeatEveryMs);
    s.outcomeOf(/job/, 'job 1 leased: run 1-1, number 1, ada');
  });

  test('ends no run for a report that may have come and was not heard yet', () => {
    const { s, run } = frozenInMidTest();
    s.given(() => {
      s.cancel(1);
      s.freezesItself(60_000);
    });
    s.reports('ada', run, { end: 'cancelled' });
    s.outcomeOf(/job/, 'job 1 cancelled');
  });
});

describe('a lease that its runner never confirmed', () => {
  test('costs the commit no life, however often', () => {
    const s = scenario();
    s.given(() => {
      s.dispatch(1);
      for (let time = 0; time < 4; time += 1) {
        s.freezes('ada');
        s.runner('ada');
        s.leaves('ada');
      }
    });
    expect(s.job(1)?.runs.map(({ end }) => end)).toEqual(Array(4).fill('unconfirmed'));
    expect(s.job(1)?.state.kind).toBe('waiting');
    s.thaws('ada');
    s.runner('ada');
    s.passes(1_000);
    s.outcomeOf(/leased/, 'job 1 leased: run 1-5, number 5, ada');
  });

  test('is given anew at once three times, then after a while, and not for ever', () => {
    const s = scenario();
    s.given(() => {
      s.dispatch(1);
      for (let time = 0; time < 9; time += 1) {
        s.freezes('ada');
        s.runner('ada');
        s.passes(heartbeatEveryMs);
        s.leaves('ada');
        s.passes(600_000);
      }
    });
    expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
    expect(s.job(1)?.runs).toHaveLength(9);
  });

  test('is one no more once the ping behind it is answered', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.freezes('ada');
      s.dispatch(1);
      s.thaws('ada');
      s.leaves('ada');
    });
    expect(s.job(1)?.runs.map(({ end }) => end)).toEqual(['lost']);
  });
});
