import { describe, expect, test } from 'vitest';
import { patienceMs } from '../../src/dispatcher/core/rules.js';
import { beatMs, scenario } from '../support/dispatcher-scenario.js';
import { adaTests } from '../support/dispatcher-scenes.js';

describe('promise 6: infrastructure is tried again, tests never are', () => {
  test.each(['failed', 'errored', 'timed-out', 'cancelled'] as const)('%s is a verdict', (end) => {
    const { s, run } = adaTests();
    s.reports('ada', run, { end });
    s.outcome(`job 1 ${end}`, '→ ada: recorded run 1-1');
  });

  test('A30: a commit that costs three runners is errored, with its evidence', () => {
    const s = scenario();
    s.given(() => s.dispatch(1));
    for (const name of ['ada', 'bob', 'eve', 'ida']) s.given(() => s.runner(name));
    s.given(() => {
      s.leaves('ada', 'closed its connection');
      s.leaves('bob', 'closed its connection');
    });
    s.leaves('eve', 'missed 3 pings');
    s.outcome(
      'job 1 lost: eve missed 3 pings',
      'job 1 errored: 3 runners were lost while testing it: ada closed its connection; ' +
        'bob closed its connection; eve missed 3 pings',
      '(runner eve left with 1 in hand: missed 3 pings)',
    );
    expect(s.core.runners().map(({ name }) => name)).toEqual(['ida']);
  });

  test('A43: a failed fetch is tried again after a growing delay, then errored', () => {
    const s = scenario();
    s.given(() => {
      s.runner('bob');
      s.dispatch(1);
      s.leaves('bob');
      s.runner('ada');
    });
    for (const delayMs of [1_000, 5_000, 30_000, 120_000, 600_000]) {
      s.handsBack('ada', s.runOf(1), 'could-not-fetch', 'no route to host');
      s.outcome('job 1 handed back: ada, could-not-fetch');
      s.passes(delayMs - beatMs);
      s.outcome();
      s.passes(beatMs);
      s.outcomeOf(
        /leased/,
        `job 1 leased: run ${s.runOf(1).replace(/^0+/, '')}, number ${s.job(1)?.runs.length}, ada`,
      );
    }
    s.handsBack('ada', s.runOf(1), 'could-not-fetch', 'connection reset');
    s.outcome(
      'job 1 handed back: ada, could-not-fetch',
      'job 1 errored: it could not be fetched: ada: connection reset',
    );
  });

  test('a commit that fills every disk lets others go first, and is errored in the end', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.dispatch(2);
      s.handsBack('ada', s.runOf(1), 'machine-fault', 'ENOSPC');
      s.passes(1_000);
      s.handsBack('ada', s.runOf(1), 'machine-fault', 'ENOSPC');
      s.passes(2_000);
    });
    expect(s.why(1)).toBe("ada's machine could not run it; tried again in 3 s");
    expect(s.job(2)?.state.kind).toBe('leased');
    s.given(() => s.reports('ada', s.runOf(2)));
    for (const delayMs of [5_000, 30_000, 120_000, 600_000]) {
      s.given(() => {
        s.passes(delayMs);
        s.handsBack('ada', s.runOf(1), 'machine-fault', 'ENOSPC');
      });
    }
    expect(s.journal.at(-1)).toMatchObject({
      kind: 'finished',
      verdict: 'errored',
      reason: 'no machine could run it: ada: ENOSPC',
    });
  });

  test('A28: a commit that no repository has yet is waited for as long as a remote that is away', () => {
    const { s } = adaTests(false);
    const delays = [1_000, 5_000, 30_000, 120_000, 600_000];
    for (const [again, delayMs] of delays.entries()) {
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.outcome('job 1 handed back: ada, unknown-commit');
      expect(s.why(1)).toBe(
        `ada does not have the commit yet; asked again in ${delayMs / 1_000} s`,
      );
      s.passes(delayMs - beatMs);
      s.outcome();
      s.passes(beatMs);
      const number = again + 2;
      s.outcomeOf(/leased/, `job 1 leased: run 1-${number}, number ${number}, ada`);
    }
    s.handsBack('ada', s.runOf(1), 'unknown-commit');
    s.outcome(
      'job 1 handed back: ada, unknown-commit',
      'job 1 errored: no repository has this commit (asked ada)',
    );
  });

  test('it is tested as soon as one has it, however often all others said that they do not', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob');
      s.dispatch(1);
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.handsBack('bob', s.runOf(1), 'unknown-commit');
      s.leaves('bob');
      for (const delayMs of [1_000, 5_000, 30_000, 120_000]) {
        s.passes(delayMs);
        s.handsBack('ada', s.runOf(1), 'unknown-commit');
      }
    });
    s.runner('eve');
    s.outcomeOf(/leased/, 'job 1 leased: run 1-7, number 7, eve');
  });

  test('a run that came back, and is handed back after a newer one was lost, is asked for again', () => {
    const { s, run } = adaTests(false);
    s.given(() => {
      s.leaves('ada');
      s.runner('bob');
      s.leaves('bob');
      s.runner('ada', { runs: [run] });
      s.handsBack('ada', run, 'unknown-commit');
    });
    s.passes(1_000);
    s.outcomeOf(/leased/, 'job 1 leased: run 1-3, number 3, ada');
  });

  test('a runner that comes when patience is over is asked, and has its own time', () => {
    const { s } = adaTests(false);
    s.given(() => {
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.passes(patienceMs);
      s.runner('bob');
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
    });
    expect(s.holds('bob', s.runOf(1))).toBe(true);
    s.handsBack('bob', s.runOf(1), 'unknown-commit');
    s.outcomeOf(/errored/, 'job 1 errored: no repository has this commit (asked ada, bob)');
  });

  test('a commit whose only runner left, which did not have it, waits for another', () => {
    const { s } = adaTests(false);
    s.given(() => {
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.leaves('ada');
      s.passes(2 * patienceMs);
    });
    expect(s.why(1)).toBe('no runner is registered');
    s.runner('bob');
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, bob');
  });

  test('a commit unknown to one is not given up before the busy other was asked', () => {
    const s = scenario();
    s.given(() => {
      s.runner('bob', { repository: 'other' });
      s.dispatch(1);
      s.runner('ada', { repository: 'demo' });
      s.dispatch(2);
      s.handsBack('ada', s.runOf(2), 'unknown-commit');
      s.dispatch(3);
      s.passes(patienceMs);
      s.reports('ada', s.runOf(3));
      s.handsBack('ada', s.runOf(2), 'unknown-commit');
    });
    expect(s.job(2)?.state).toMatchObject({ kind: 'waiting' });
    s.given(() => {
      s.reports('bob', s.runOf(1));
      s.handsBack('bob', s.runOf(2), 'unknown-commit');
    });
    expect(s.job(2)?.state).toMatchObject({ verdict: 'errored' });
  });

  test('nor does it wait for those who will never take it: of other repositories, or leaving', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob', { repository: 'other' });
      s.runner('eve');
      s.drains('eve');
      s.observer('ida');
      s.dispatch(1, 'ida');
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.passes(patienceMs);
    });
    s.handsBack('ada', s.runOf(1), 'unknown-commit');
    s.outcomeOf(/errored/, 'job 1 errored: no repository has this commit (asked ada)');
  });

  test('it is given up at once when the only one leaves that had not been asked', () => {
    const { s } = adaTests();
    s.given(() => {
      s.dispatch(2);
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.passes(patienceMs);
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
    });
    expect(s.job(1)?.state).toMatchObject({ kind: 'waiting' });
    s.given(() => s.leaves('bob'));
    s.passes(4 * beatMs);
    s.outcomeOf(/errored/, 'job 1 errored: no repository has this commit (asked ada)');
  });

  test('only the machine’s own trouble makes a runner rest: the next commit comes at once', () => {
    const { s, run } = adaTests(false);
    s.given(() => s.dispatch(2));
    s.given(() => s.handsBack('ada', run, 'could-not-fetch'));
    expect(s.holds('ada', s.runOf(2))).toBe(true);
    s.given(() => s.dispatch(3));
    s.given(() => s.handsBack('ada', s.runOf(2), 'stopped'));
    expect(s.core.counts()).toEqual({ waiting: 3, blocked: 0, leased: 0 });
  });
});
