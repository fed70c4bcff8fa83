import { describe, expect, test } from 'vitest';
import type { TestReport } from '../../src/protocol/tests.js';
import { commit } from '../support/commits.js';
import { type Scenario, scenario } from '../support/dispatcher-scenario.js';

/** What tests came to of which these failed. */
function tests(...failing: string[]): TestReport {
  const failures = failing.map((name) => ({ name, message: 'no', file: null, line: null }));
  const counts = { passed: 9, failed: failing.length, skipped: 0, durationMs: 5 };
  return { ...counts, failures, slowest: [], outcomes: [] };
}

const red = (...failing: string[]) => ({ end: 'failed', tests: tests(...failing) }) as const;

/** A dispatcher that retries what may be flaky; these runners idle, the first with commit 1. */
function retrying(...runners: string[]): Scenario {
  const s = scenario({ retriesFlaky: true });
  s.given(() => {
    for (const runner of runners) s.runner(runner);
    s.dispatch(1);
  });
  return s;
}

const verdict = (s: Scenario) => {
  const last = s.journal.at(-1);
  return last?.kind === 'finished' ? [last.verdict, last.reason] : null;
};

describe('--retry-flaky: a job that failed by tests is run once more before it is red', () => {
  test('on another runner that is idle; passed then is passed, and the tests are called flaky', () => {
    const s = retrying('ada', 'bob');
    s.reports('ada', s.runOf(1), red('a > b', 'c', 'd', 'e', 'f'));
    s.outcome(
      'job 1 retried: ada failed by 5 tests',
      'job 1 leased: run 1-2, number 2, bob',
      '→ ada: recorded run 1-1',
      '→ bob: runtest c1 run 1-2',
    );
    s.reports('bob', s.runOf(1), { tests: tests() });
    s.outcome(
      'job 1 passed: passed on the second run; flaky: a > b, c, d and 2 more',
      '→ bob: recorded run 1-2',
    );
    expect(s.job(1)?.runs.map(({ end }) => end)).toEqual(['failed', 'finished']);
  });

  test('on the same one where no other is idle, which is said where it fails again', () => {
    const s = retrying('ada');
    s.reports('ada', s.runOf(1), red('a'));
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, ada');
    s.given(() => s.reports('ada', s.runOf(1), { ...red('a'), reason: 'step test failed' }));
    expect(verdict(s)).toEqual([
      'failed',
      'step test failed; failed twice, both times on ada: no other runner was idle',
    ]);
  });

  test('on another one even where its own has room for a second run', () => {
    const s = scenario({ retriesFlaky: true });
    s.given(() => {
      s.runner('ada', { capacity: 2 });
      s.dispatch(1);
      s.runner('bob');
    });
    s.reports('ada', s.runOf(1), red('a'));
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, bob');
  });

  test('before all others that wait', () => {
    const s = retrying('ada');
    s.given(() => s.dispatch(2));
    s.reports('ada', s.runOf(1), red('a'));
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, ada');
  });

  test('only once, and once more for each time that somebody asks for it', () => {
    const s = retrying('ada', 'bob');
    s.given(() => {
      s.reports('ada', s.runOf(1), red('a'));
      s.reports('bob', s.runOf(1), red('b'));
    });
    expect(verdict(s)).toEqual(['failed', 'failed twice, on ada and on bob']);
    s.given(() => {
      s.rerun(1);
      s.reports('ada', s.runOf(1), red('a'));
      s.reports('bob', s.runOf(1), { end: 'timed-out', reason: 'too long' });
    });
    expect(verdict(s)).toEqual(['timed-out', 'too long']);
    expect(s.journal.filter(({ kind }) => kind === 'retried')).toHaveLength(2);
  });

  test('also where the dispatcher is killed before the second run, or in the midst of it', () => {
    const s = retrying('ada');
    s.given(() => {
      s.drain();
      s.reports('ada', s.runOf(1), red('a'));
    });
    expect(s.job(1)?.state.kind).toBe('waiting');
    s.restart();
    s.runner('ada');
    s.outcomeOf(/leased/, 'job 1 leased: run 2-1, number 2, ada');
    s.restart();
    s.given(() => s.runner('ada', { runs: [s.runOf(1)] }));
    s.given(() => s.reports('ada', s.runOf(1)));
    expect(verdict(s)).toEqual(['passed', 'passed on the second run; flaky: a']);
  });

  test('its first result that is sent again is recorded already', () => {
    const s = retrying('ada', 'bob');
    const first = s.runOf(1);
    s.given(() => s.reports('ada', first, red('a')));
    s.reports('ada', first, { end: 'passed' });
    s.outcome('→ ada: recorded run 1-1');
    s.given(() => s.leaves('ada'));
    s.runner('ada', { runs: [first] });
    s.outcome('→ ada: recorded run 1-1', '(runner ada joined)');
  });

  test('a lost run’s result that comes late is the first of two as well', () => {
    const s = retrying('ada');
    const first = s.runOf(1);
    s.given(() => {
      s.drain();
      s.leaves('ada');
      s.runner('bob');
    });
    s.reports('ada', first, red('a'));
    s.outcome(
      'job 1 retried: ada failed by 1 tests',
      '→ ada: recorded run 1-1',
      '(run 1-1 was late)',
    );
  });

  test('jobs that need it wait for the second run', () => {
    const s = scenario({ retriesFlaky: true });
    s.given(() => {
      s.runner('ada');
      s.observer('obs');
      s.dispatch(1, 'obs', 'main', [{ name: 'one' }, { name: 'two', needs: ['one'] }]);
      s.reports('ada', s.runOf(1, 'one'), red('a'));
    });
    expect(s.job(1, 'two')?.state.kind).toBe('blocked');
    s.given(() => s.reports('ada', s.runOf(1, 'one')));
    expect(s.job(1, 'two')?.state.kind).toBe('leased');
  });
});

describe('it is told at once that a job is red', () => {
  test('without --retry-flaky', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    s.reports('ada', s.runOf(1), red('a'));
    s.outcome('job 1 failed', '→ ada: recorded run 1-1');
  });

  test.each<[string, Parameters<Scenario['reports']>[2]]>([
    ['no report names a test', { end: 'failed' }],
    ['no test of its reports failed', { end: 'failed', tests: tests() }],
    ['it could not be judged', { end: 'errored', tests: tests('a') }],
    ['it took too long', { end: 'timed-out', tests: tests('a') }],
  ])('where %s', (_, ended) => {
    const s = retrying('ada', 'bob');
    s.given(() => s.reports('ada', s.runOf(1), ended));
    expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: ended?.end });
  });

  test('where nobody is there who could run it again, or it is to be cancelled', () => {
    const s = retrying('ada');
    s.given(() => {
      s.drains('ada');
      s.reports('ada', s.runOf(1), red('a'));
    });
    expect(verdict(s)).toEqual(['failed', '']);
    const t = retrying('ada', 'bob');
    t.given(() => {
      t.cancel(1);
      t.reports('ada', t.runOf(1), red('a'));
    });
    expect(verdict(t)).toEqual(['failed', '']);
    expect(t.core.jobsOf(commit(1))).toHaveLength(1);
  });
});
