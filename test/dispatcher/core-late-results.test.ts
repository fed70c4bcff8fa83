import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/protocol/ids.js';
import { commit } from '../support/commits.js';
import { adaTests } from '../support/dispatcher-scenes.js';

describe('promise 3: late results', () => {
  test('A25: are taken while the job merely waits', () => {
    const { s, run } = adaTests(false);
    s.given(() => s.leaves('ada'));
    s.reports('ada', run);
    s.outcome('job 1 passed', '→ ada: recorded run 1-1', '(run 1-1 was late)');
    expect(s.job(1)?.runs.map(({ end }) => end)).toEqual(['finished']);
    s.runner('bob');
    s.outcome('(runner bob joined)');
  });

  test('are revoked once another has the lease, and change nothing', () => {
    const { s, run } = adaTests();
    s.given(() => s.leaves('ada'));
    s.reports('ada', run, { end: 'failed' });
    s.outcome('→ ada: revoked run 1-1');
    s.reports('bob', s.runOf(1));
    s.outcome('job 1 passed', '→ bob: recorded run 1-2');
    expect(s.job(1)?.runs.map(({ end }) => end)).toEqual(['lost', 'finished']);
  });

  test('A26: sent again are acknowledged again, and change nothing', () => {
    const { s, run } = adaTests();
    s.given(() => s.reports('ada', run));
    for (let again = 0; again < 3; again += 1) {
      s.reports('ada', run, { end: 'failed' });
      s.outcome('→ ada: recorded run 1-1');
    }
    s.passes(60_000);
    s.reports('ada', run, { end: 'failed' });
    s.outcome('→ ada: recorded run 1-1');
  });

  test('of a run whose job was cancelled without it are never called recorded', () => {
    const { s, run } = adaTests();
    s.given(() => {
      s.cancel(1);
      s.leaves('ada');
      s.runner('ada');
    });
    s.reports('ada', run);
    s.outcome('→ ada: revoked run 1-1');
    s.given(() => s.rerun(1));
    s.reports('ada', run);
    s.outcome('→ ada: revoked run 1-1');
  });

  test('A49: of a runner that does not have the lease are refused', () => {
    const { s, run } = adaTests();
    s.reports('bob', run);
    s.outcome('→ bob: revoked run 1-1');
    s.reports('bob', '0badcafe-9' as RunId);
    s.outcome('→ bob: revoked run badcafe-9');
    s.handsBack('bob', run, 'stopped');
    s.outcome();
    s.given(() => s.observer('eve'));
    s.reports('eve', run);
    s.outcome('→ eve: revoked run 1-1');
  });

  test('A49: of an observer are refused, of a run that nobody holds too; it has none to give', () => {
    const { s, run } = adaTests(false);
    s.given(() => {
      s.observer('eve');
      s.leaves('ada');
    });
    s.reports('eve', run);
    s.outcome('→ eve: revoked run 1-1');
    s.handsBack('eve', run, 'stopped');
    s.drains('eve');
    s.outcome();
    s.observer('eve', { runs: [run] });
    s.outcome('(observer eve joined)');
    expect(s.core.mayLog(s.session('eve'), run)).toBe(false);
  });

  test('of a run that its runner handed back are revoked: only lost effort is saved', () => {
    const { s, run } = adaTests(false);
    s.given(() => {
      s.leaves('ada');
      s.runner('bob');
      s.handsBack('bob', s.runOf(1), 'unknown-commit');
    });
    s.reports('bob', s.runOf(1));
    s.outcome('→ bob: revoked run 1-2');
    s.reports('ada', run);
    s.outcome('job 1 passed', '→ ada: recorded run 1-1', '(run 1-1 was late)');
  });

  test('and other words of a session that is over are not listened to', () => {
    const { s, run } = adaTests();
    s.given(() => s.leaves('ada'));
    s.drains('ada');
    s.handsBack('ada', run, 'stopped');
    s.leaves('ada');
    s.outcome();
  });

  test('arrive before the runner itself is back after a restart: taken', () => {
    const { s, run } = adaTests();
    s.restart();
    s.given(() => s.runner('ada'));
    s.reports('ada', run);
    s.outcome('job 1 passed', '→ ada: recorded run 1-1');
  });

  test('a run may log as long as its report would be taken', () => {
    const { s, run } = adaTests(false);
    const ada = s.session('ada');
    expect(s.core.mayLog(ada, run)).toBe(true);
    expect(s.core.mayLog(ada, '0badcafe-9' as RunId)).toBe(false);
    s.given(() => s.leaves('ada'));
    expect(s.core.mayLog(ada, run)).toBe(true);
    s.given(() => s.runner('bob'));
    expect(s.core.mayLog(ada, run)).toBe(false);
    expect(s.core.mayLog(s.session('bob'), run)).toBe(false);
    expect(s.core.mayLog(s.session('bob'), s.runOf(1))).toBe(true);
    expect(s.core.jobOfRun(run)).toBe(s.core.jobOfRun(s.runOf(1)));
    expect(s.core.jobOfRun(run)?.commit).toBe(commit(1));
  });
});
