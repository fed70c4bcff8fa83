import { describe, expect, test } from 'vitest';
import { unknownCommitPatienceMs } from '../../src/dispatcher/core/rules.js';
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

  test('A28: a runner that does not know a commit is asked again after 2 and 4 s, for 10 s', () => {
    const { s } = adaTests(false);
    for (const [delayMs, run] of [
      [2_000, '1-2'],
      [4_000, '1-3'],
    ] as const) {
      s.handsBack('ada', s.runOf(1), 'unknown-commit');
      s.outcome('job 1 handed back: ada, unknown-commit');
      s.passes(delayMs - beatMs);
      s.outcome();
      s.passes(beatMs);
      s.outcomeOf(/leased/, `job 1 leased: run ${run}, number ${run.slice(2)}, ada`);
    }
    s.handsBack('ada', s.runOf(1), 'unknown-commit');
    s.outcome('job 1 handed back: ada, unknown-commit');
    s.passes(4_000 - beatMs);
    s.outcome();
    s.passes(beatMs);
    s.outcome('job 1 errored: no repository has this commit (asked ada)');
  });

  test('A28: a commit that no runner knows is asked for again, then errored', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.runner('bob');
      s.dispatch(1);
    });
    for (let again = 0; s.job(1)?.state.kind !== 'finished' && again < 20; again += 1) {
      s.given(() => {
        const { state, runs } = s.job(1) ?? {};
        if (state?.kind === 'leased')
          s.handsBack(runs?.at(-1)?.runner ?? '', s.runOf(1), 'unknown-commit');
        s.passes(1_000);
      });
    }
    expect(s.job(1)?.state).toMatchObject({ verdict: 'errored' });
    // At once, after two seconds and after four more: three times each.
    expect(s.job(1)?.runs.map(({ runner }) => runner)).toHaveLength(6);
    expect(s.journal.at(-1)).toMatchObject({
      reason: 'no repository has this commit (asked ada, bob)',
    });
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
      s.passes(60_000);
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
      s.dispatch(2, 'ida');
    });
    s.passes(unknownCommitPatienceMs - beatMs);
    s.outcome();
    s.passes(beatMs);
    s.outcome('job 1 errored: no repository has this commit (asked ada)');
  });

  test('only the machine’s own trouble makes a runner rest: the next commit comes at once', () => {
    const { s, run } = adaTests(false);
    s.given(() => s.dispatch(2));
    s.given(() => s.handsBack('ada', run, 'could-not-fetch'));
    expect(s.holds('ada', s.runOf(2))).toBe(true);
    s.given(() => s.dispatch(3));
    s.given(() => s.handsBack('ada', s.runOf(2), 'stopped'));
    expect(s.core.counts()).toEqual({ waiting: 3, leased: 0 });
  });
});
