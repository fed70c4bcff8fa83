import { describe, expect, test } from 'vitest';
import { cancelWithinMs } from '../../src/dispatcher/core/rules.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { scenario } from '../support/dispatcher-scenario.js';

const unknown =
  '→ asker: Unknown commit: this dispatcher has no memory of it; dispatch:<commit> hands it over';

describe('cancel', () => {
  test('a commit that was never handed over', () => {
    const s = scenario();
    s.cancel(1);
    s.outcome(unknown);
  });

  test('while it waits: it is over at once', () => {
    const s = scenario();
    s.given(() => s.dispatch(1));
    s.cancel(1);
    s.outcome('job 1 cancelled: it was cancelled while it waited', '→ asker: OK');
    s.cancel(1);
    s.outcome('→ asker: Nothing to cancel: it is finished');
    s.runner('ada');
    s.outcome('(runner ada joined)');
  });

  test('while it runs: its runner is asked to end it, and its report decides', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    s.cancel(1);
    s.outcome('job 1 cancel-asked', '→ ada: cancel run 1-1', '→ asker: OK');
    s.cancel(1);
    s.outcome('→ ada: cancel run 1-1', '→ asker: OK');
    s.reports('ada', s.runOf(1), { end: 'cancelled' });
    s.outcome('job 1 cancelled', '→ ada: recorded run 1-1');
  });

  test.each(['leaves', 'hands back', 'falls silent', 'never reports'] as const)(
    'while it runs, and the runner %s: it is cancelled all the same, never run again',
    (fate) => {
      const s = scenario();
      s.given(() => {
        s.runner('ada');
        s.runner('bob');
        s.dispatch(1);
        s.cancel(1);
      });
      if (fate === 'leaves') s.leaves('ada');
      if (fate === 'hands back') s.handsBack('ada', s.runOf(1), 'stopped');
      if (fate === 'falls silent') s.freezes('ada');
      if (fate !== 'leaves') s.passes(cancelWithinMs + heartbeatEveryMs);
      const why = {
        leaves: 'its runner ada closed its connection before it could report',
        'hands back': 'its runner ada handed it back before it could report',
        'falls silent': 'its runner ada missed 3 pings before it could report',
        'never reports': 'its runner did not report the end in time',
      }[fate];
      s.outcomeOf(
        /^job|revoked/,
        `job 1 cancelled: ${why}`,
        ...(fate === 'never reports' ? ['→ ada: revoked run 1-1'] : []),
      );
    },
  );

  test('while its dispatcher restarts: the runner is asked again when it is back', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.cancel(1);
      s.restart();
    });
    s.runner('ada', { runs: [s.runOf(1)] });
    s.outcome(
      'job 1 resumed: run 1-1, ada',
      '→ ada: cancel run 1-1',
      '→ ada: want run 1-1',
      '(runner ada joined)',
    );
  });
});

test('a cancel for a run whose runner is not back yet is passed on when it is', () => {
  const s = scenario();
  s.given(() => {
    s.runner('ada');
    s.dispatch(1);
    s.restart();
  });
  s.cancel(1);
  s.outcome('job 1 cancel-asked', '→ asker: OK');
  s.runner('ada', { runs: [s.runOf(1)] });
  s.outcomeOf(/cancel/, '→ ada: cancel run 1-1');
});

describe('cancel of a branch', () => {
  function importing() {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.runner('ada');
      for (const [at, branch] of ['import', 'import', 'main'].entries()) {
        s.dispatch(at + 1, 'eve', branch);
      }
    });
    return s;
  }

  test('ends all that waits of it at once, and asks the runner of what is running', () => {
    const s = importing();
    s.cancelBranch('import');
    s.outcome(
      'job 2 cancelled: it was cancelled while it waited',
      'job 1 cancel-asked',
      '→ ada: cancel run 1-1',
      '→ asker: OK',
    );
    expect(s.why(3)).toBe('1 runner, busy, first in line');
  });

  test('is told where nothing of it waits or runs', () => {
    const s = importing();
    s.cancelBranch('fix');
    s.cancelBranch('main', 'other');
    s.outcome(
      '→ asker: Nothing to cancel: no commit of the branch fix waits or runs',
      '→ asker: Nothing to cancel: no commit of the branch main waits or runs',
    );
  });

  test('asks of which repository where several have it', () => {
    const s = importing();
    s.given(() => {
      s.observer('bob', { repository: 'other' });
      s.dispatch(4, 'bob', 'main');
    });
    s.cancelBranch('main');
    s.outcome('→ asker: Which one? cancel:<repository>:main, of demo, other');
    s.cancelBranch('main', 'other');
    s.outcomeOf(/cancelled/, 'job 4 cancelled: it was cancelled while it waited');
  });
});

describe('rerun', () => {
  test('only of what is finished', () => {
    const s = scenario();
    s.rerun(1);
    s.outcome(unknown);
    s.given(() => s.dispatch(1));
    s.rerun(1);
    s.outcome('→ asker: Nothing to rerun: it is not finished');
  });

  test('A50: is a new run with the next number, of a commit long forgotten too', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.reports('ada', s.runOf(1), { end: 'failed' });
      s.passes(20_000);
    });
    s.rerun(1);
    s.outcome(
      'job 1 rerun-asked',
      'job 1 leased: run 1-2, number 2, ada',
      '→ asker: OK',
      '→ ada: runtest c1 run 1-2',
    );
    s.reports('ada', s.runOf(1));
    s.outcome('job 1 passed', '→ ada: recorded run 1-2');
  });

  test('takes its place in the line as if it came now: before those that come later', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.reports('ada', s.runOf(1));
      s.leaves('ada');
      s.dispatch(2);
      s.rerun(1);
      s.dispatch(3);
    });
    s.runner('ada', { capacity: 3 });
    s.outcomeOf(
      /leased/,
      'job 2 leased: run 1-2, number 1, ada',
      'job 1 leased: run 1-3, number 2, ada',
      'job 3 leased: run 1-4, number 1, ada',
    );
  });

  test('A26: the old run’s result, sent again while the rerun waits, is not its verdict', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    const old = s.runOf(1);
    s.given(() => {
      s.reports('ada', old, { end: 'failed' });
      s.drains('ada');
      s.rerun(1);
    });
    s.reports('ada', old, { end: 'failed' });
    s.outcome('→ ada: recorded run 1-1');
    s.runner('bob', { runs: [old] });
    s.outcome(
      'job 1 leased: run 1-2, number 2, bob',
      '→ bob: recorded run 1-1',
      '→ bob: runtest c1 run 1-2',
      '(runner bob joined)',
    );
  });

  test('a run that was lost before the rerun is not resumed by it, and its result is revoked', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    const lost = s.runOf(1);
    s.given(() => {
      s.leaves('ada');
      s.runner('bob');
      s.reports('bob', s.runOf(1));
      s.drains('bob');
      s.rerun(1);
    });
    s.reports('ada', lost);
    s.outcome('→ ada: revoked run 1-1');
    s.drain();
    s.runner('ada', { runs: [lost] });
    s.outcome('→ ada: revoked run 1-1', '(runner ada joined)');
  });

  test('after three lost runs it is tried three times more', () => {
    const s = scenario();
    s.given(() => {
      s.dispatch(1);
      for (const name of ['ada', 'bob', 'eve']) {
        s.runner(name);
        s.leaves(name);
      }
    });
    expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
    s.given(() => {
      s.rerun(1);
      s.runner('ada');
      s.leaves('ada');
    });
    expect(s.job(1)?.state).toMatchObject({ kind: 'waiting' });
    expect(s.job(1)?.runs.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });
});
