import { describe, expect, test } from 'vitest';
import { finishedRememberedMs } from '../../src/dispatcher/core/rules.js';
import { sendsOf } from '../../src/dispatcher/core/selected.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
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

  test('an entry is appended before its answer is sent: the effects are listed in that order', () => {
    const s = scenario();
    const effects = s.core.handle(
      {
        kind: 'dispatch',
        from: { request: 1 },
        commit: commit(1),
        description: { branch: 'main', author: 'Ada', subject: 'first' },
        histories: [],
      },
      s.nowMs,
    );
    expect(effects).toMatchObject([
      { kind: 'append', entry: { kind: 'accepted', branch: 'main', atMs: s.nowMs } },
      { kind: 'reply', request: 1, reply: { kind: 'accepted' } },
    ]);
  });

  test('what its author says of it goes with it to the runner', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    const description = { branch: 'main', author: 'Ada', subject: 'first' };
    const from = { request: 1 };
    const dispatch = { kind: 'dispatch', from, commit: commit(1), description } as const;
    const effects = s.core.handle({ ...dispatch, histories: [] }, s.nowMs);
    expect(sendsOf(effects)).toMatchObject([
      { kind: 'reply' },
      { kind: 'send', message: { body: { ...description, repository: 'demo', number: 1 } } },
      { kind: 'send', message: { verb: 'ping' } },
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
      s.passes(finishedRememberedMs + heartbeatEveryMs);
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
