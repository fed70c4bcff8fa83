import { describe, expect, test } from 'vitest';
import { finishedRememberedMs } from '../../src/dispatcher/core/rules.js';
import { commit } from '../support/commits.js';
import { scenario } from '../support/dispatcher-scenario.js';

describe('handing a commit over', () => {
  test('A20: with no runner it is accepted and waits; OK comes after its entry', () => {
    const s = scenario();
    s.dispatch(1);
    s.outcome('job 1 accepted: c1 of any repository', '→ asker: OK');
    expect(s.journal[0]).toMatchObject({ by: 'a request' });
    expect(s.why(1)).toBe('no runner is registered');
    s.runner('ada');
    s.outcome(
      'job 1 leased: run 1-1, number 1, ada',
      '→ ada: runtest c1 run 1-1',
      '(runner ada joined)',
    );
  });

  test('an entry is appended before its answer is sent: an outcome lists them in that order', () => {
    const s = scenario();
    const outcome = s.core.handle(
      {
        type: 'dispatch',
        from: { request: 1 },
        commit: commit(1),
        description: { branch: 'main', author: 'Ada', subject: 'first' },
        histories: [],
      },
      s.nowMs,
    );
    expect(outcome.append).toMatchObject([{ kind: 'accepted', branch: 'main', atMs: s.nowMs }]);
    expect(outcome.sends).toEqual([{ to: 'request', request: 1, text: 'OK' }]);
  });

  test('what its author says of it goes with it to the runner', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    const description = { branch: 'main', author: 'Ada', subject: 'first' };
    const from = { request: 1 };
    const dispatch = { type: 'dispatch', from, commit: commit(1), description } as const;
    const { sends } = s.core.handle({ ...dispatch, histories: [] }, s.nowMs);
    expect(sends).toMatchObject([
      { to: 'request' },
      { to: 'session', message: { body: { ...description, repository: 'demo', number: 1 } } },
    ]);
  });

  test('A21, A31: the same commit handed over again, in any state, is the same job', () => {
    const s = scenario();
    s.given(() => s.dispatch(1));
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
    s.given(() => s.runner('ada'));
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
    s.given(() => s.reports('ada', s.runOf(1)));
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
  });

  test('A31: a finished commit that memory has forgotten is recalled from the store', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.reports('ada', s.runOf(1));
      s.passes(finishedRememberedMs);
    });
    expect(s.core.jobsOf(commit(1))).toEqual([]);
    expect(s.core.jobOfRun(s.runOf(1))).toBeUndefined();
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
    s.passes(30_000);
    expect(s.core.jobsOf(commit(1))).toEqual([]);
  });

  test('over a session it is `accepted`', () => {
    const s = scenario();
    s.given(() => s.observer('eve', { repository: 'demo' }));
    s.dispatch(1, 'eve');
    s.outcome('job 1 accepted: c1 of demo', '→ eve: accepted c1');
    expect(s.journal[0]).toMatchObject({ by: 'eve' });
    s.dispatch(1, 'eve');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
  });

  test('A51: every observer is asked to look by `poll`', () => {
    const s = scenario();
    s.poll();
    s.outcome('→ asker: No observer is connected');
    s.given(() => {
      s.observer('eve');
      s.observer('bob');
      s.runner('ada');
    });
    s.poll();
    s.outcome('→ eve: poll', '→ bob: poll', '→ asker: OK');
  });
});

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
    expect(s.core.counts()).toEqual({ waiting: 1, leased: 4 });
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

describe('whose commit it is', () => {
  test('a commit without a repository belongs to the one that is known', () => {
    const s = scenario();
    s.given(() => s.observer('eve', { repository: 'demo' }));
    s.dispatch(1);
    s.outcome('job 1 accepted: c1 of demo', '→ asker: OK');
  });

  test('where several are known any runner may take it, and says if it cannot', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada', { repository: 'demo' });
      s.runner('bob', { repository: 'other' });
    });
    s.dispatch(1);
    s.outcome(
      'job 1 accepted: c1 of any repository',
      'job 1 leased: run 1-1, number 1, ada',
      '→ asker: OK',
      '→ ada: runtest c1 run 1-1',
    );
    s.handsBack('ada', s.runOf(1), 'unknown-commit');
    s.outcome(
      'job 1 handed back: ada, unknown-commit',
      'job 1 leased: run 1-2, number 2, bob',
      '→ bob: runtest c1 run 1-2',
    );
  });

  test('a runner only gets the commits of its own repository', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.runner('bob', { repository: 'other' });
      s.runner('ida', { repository: null });
    });
    s.dispatch(1, 'eve');
    s.outcome('job 1 accepted: c1 of demo', '→ eve: accepted c1');
    expect(s.why(1)).toBe('no runner tests the repository demo (they test other, none they named)');
    s.runner('ada', { repository: 'demo' });
    s.outcomeOf(/leased/, 'job 1 leased: run 1-1, number 1, ada');
  });

  test('a job that finds no runner does not hold up those behind it', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      s.dispatch(1, 'eve');
      s.dispatch(2, 'eve');
      s.dispatch(3, 'bob');
    });
    s.runner('ada', { repository: 'other' });
    s.outcomeOf(/leased/, 'job 3 leased: run 1-1, number 1, ada');
  });

  test('the same commit in two repositories is two jobs, and handed over again still two', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      s.runner('ada', { repository: 'demo' });
    });
    s.dispatch(1, 'eve');
    s.dispatch(1, 'bob');
    s.outcomeOf(/accepted:/, 'job 1 accepted: c1 of demo', 'job 2 accepted: c1 of other');
    s.given(() => {
      s.reports('ada', s.runOf(1));
      s.passes(30_000);
    });
    s.dispatch(1, 'eve');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    s.dispatch(1, 'bob');
    s.outcome('→ bob: accepted c1', '(c1 is known)');
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
  });

  test('a runner that names no repository is trusted while only one is known', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.runner('ida', { repository: null });
    });
    s.dispatch(1, 'eve');
    s.outcomeOf(/leased/, 'job 1 leased: run 1-1, number 1, ida');
  });
});
