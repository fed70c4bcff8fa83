import { describe, expect, test } from 'vitest';
import type { Assignment, Report } from '../../src/protocol/bodies.js';
import { type Commit, parseCommit, type RunId, runId } from '../../src/protocol/ids.js';
import { Core } from '../../src/test-runner/core.js';
import type { Effect, Ending, Event, Job } from '../../src/test-runner/events.js';

const assignment: Assignment = {
  branch: 'main',
  author: 'Ada',
  subject: 'Fix it',
  repository: null,
  number: 1,
};
const one = runId('0badcafe', 1);
const two = runId('0badcafe', 2);
const commit = 'a'.repeat(40) as Commit;
const report: Report = {
  end: 'passed',
  exitCode: 0,
  signal: null,
  reason: '',
  logBytes: 5,
  durationMs: 3,
};
const reported: Ending = { kind: 'report', report };

describe('a runner with a session', () => {
  test('starts a run in a free slot and ships its log from the start', () => {
    const core = inSession(1);
    expect(core.handle(runtest(one), 0)).toEqual([
      { do: 'start', slot: 0, job: job(one) },
      { do: 'ship', run: one, offset: 0, report: null },
    ]);
    expect(core.state).toBe('busy');
  });

  test('hands a run back when all slots are taken', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(runtest(two), 0)).toEqual([handedBack(two, 'the runner is full')]);
  });

  test('does not start a run twice that it was given twice', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    expect(core.handle(runtest(one), 0)).toEqual([]);
  });

  test('takes the slot that has been free for longest', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle(runtest(two), 0)).toContainEqual({ do: 'start', slot: 1, job: job(two) });
  });

  test('reports an ended run once its whole log was sent, and forgets it when recorded', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(ended(one), 0)).toEqual([]);
    expect(core.state).toBe('idle');
    expect(core.handle({ type: 'shipped', run: one }, 0)).toEqual([
      { do: 'send', message: { verb: 'results', run: one, body: report } },
    ]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { do: 'forget', job: job(one) },
    ]);
    expect(core.inHand()).toEqual([]);
  });

  test('sends the log again from where it is wanted, and then the report', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle(message({ verb: 'want', run: one, offset: 3 }), 0)).toEqual([
      { do: 'ship', run: one, offset: 3, report },
    ]);
  });

  test('says that it does not have a run that is wanted of it', () => {
    const want = message({ verb: 'want', run: one, offset: 0 });
    expect(inSession(1).handle(want, 0)).toEqual([
      handedBack(one, 'the runner does not have that run'),
    ]);
  });

  test('hands back a run that could not be had here', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    const handback = { reason: 'unknown-commit', detail: 'not here' } as const;
    const ending: Ending = { kind: 'handback', handback };
    expect(core.handle({ type: 'ended', job: job(one), ending }, 0)).toEqual([
      { do: 'send', message: { verb: 'handback', run: one, body: handback } },
      { do: 'forget', job: job(one) },
    ]);
  });

  test('hands back an ended run whose log has vanished', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle({ type: 'log-lost', run: one }, 0)).toEqual([
      handedBack(one, 'its log is gone from the runner’s disk'),
      { do: 'forget', job: job(one) },
    ]);
  });

  test('A29: ends the processes of a cancelled run and still reports it', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(message({ verb: 'cancel', run: one }), 0)).toEqual([
      { do: 'end', job: job(one), because: 'cancelled' },
    ]);
    expect(core.inHand()).toHaveLength(1);
  });

  test('a revoked run is ended and never spoken of again', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(message({ verb: 'revoked', run: one }), 0)).toEqual([
      { do: 'end', job: job(one), because: 'revoked' },
    ]);
    expect(core.inHand()).toEqual([]);
    expect(core.handle(ended(one), 0)).toEqual([{ do: 'forget', job: job(one) }]);
  });
});

describe('a runner whose dispatcher is away', () => {
  test('A27: keeps a result and names it at the next session', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle({ type: 'away', reason: 'closed its connection', refused: false }, 0);
    expect(core.handle(ended(one), 0)).toEqual([]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.handle({ type: 'session' }, 0)).toEqual([]);
  });

  test('has the results of an earlier process in hand', () => {
    const core = new Core({ slots: 1, kept: [{ job: job(one), report }], localStart: '00000000' });
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.state).toBe('idle');
  });
});

describe('a runner that drains', () => {
  test('leaves at once when nothing is in hand', () => {
    expect(inSession(1).handle({ type: 'drain' }, 0)).toEqual([
      { do: 'send', message: { verb: 'draining' } },
      { do: 'leave', exitCode: 0 },
    ]);
  });

  test('finishes and delivers what is in hand, takes nothing new, then leaves', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    expect(core.handle({ type: 'drain' }, 0)).toEqual([
      { do: 'send', message: { verb: 'draining' } },
    ]);
    expect(core.state).toBe('draining');
    expect(core.handle(runtest(two), 0)).toEqual([handedBack(two, 'the runner is leaving')]);
    core.handle(ended(one), 0);
    expect(core.waitsFor()).toEqual({ going: [], undelivered: [job(one)] });
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { do: 'forget', job: job(one) },
      { do: 'leave', exitCode: 0 },
    ]);
  });

  test('that is asked again ends its suites and hands their runs back', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle({ type: 'abort' }, 0)).toEqual([
      { do: 'end', job: job(one), because: 'aborted' },
      handedBack(one, 'the runner was stopped'),
    ]);
  });
});

describe("a runner with an ancestor's dispatcher", () => {
  test('A39: of two simultaneous runtests exactly one is OK', () => {
    const core = inClassic();
    const first = core.handle({ type: 'asked-to-run', commit }, 0);
    const second = core.handle({ type: 'asked-to-run', commit }, 0);
    expect(first.map((effect) => effect.do)).toEqual(['answer', 'start']);
    expect(first[0]).toEqual({ do: 'answer', word: 'OK' });
    expect(second).toEqual([{ do: 'answer', word: 'BUSY' }]);
  });

  test('takes no classic runtest while it has a session', () => {
    expect(inSession(1).handle({ type: 'asked-to-run', commit }, 0)).toEqual([
      { do: 'answer', word: 'Invalid command' },
    ]);
  });

  test('A34: registers again when it was not pinged for ten seconds', () => {
    const core = inClassic();
    expect(core.handle({ type: 'tick' }, 9_999)).toEqual([]);
    core.handle({ type: 'pinged' }, 9_999);
    expect(core.handle({ type: 'tick' }, 19_998)).toEqual([]);
    expect(core.handle({ type: 'tick' }, 19_999)).toEqual([{ do: 'register' }]);
    expect(core.handle({ type: 'tick' }, 20_000)).toEqual([]);
  });

  test('registers again at once when that was not acknowledged', () => {
    const core = inClassic();
    core.handle({ type: 'registered', taken: false }, 10);
    expect(core.handle({ type: 'tick' }, 20)).toEqual([{ do: 'register' }]);
  });

  test('A27: delivers a result again until it is taken', () => {
    const core = inClassic();
    const started = core.handle({ type: 'asked-to-run', commit }, 0).find(isStart);
    if (started === undefined) throw new Error('nothing started');
    const classic = started.job;
    const deliver = { do: 'deliver', job: classic, report };
    const end: Event = { type: 'ended', job: classic, ending: reported };
    expect(core.handle(end, 0)).toEqual([deliver]);
    expect(core.handle({ type: 'tick' }, 1)).toEqual([]);
    expect(core.handle({ type: 'delivered', run: classic.run, taken: false }, 2)).toEqual([]);
    expect(core.handle({ type: 'tick' }, 3)).toEqual([deliver]);
    expect(core.handle({ type: 'delivered', run: classic.run, taken: true }, 4)).toEqual([
      { do: 'forget', job: classic },
    ]);
  });
});

function inSession(slots: number): Core {
  const core = new Core({ slots, kept: [], localStart: '00000000' });
  core.handle({ type: 'session' }, 0);
  return core;
}

function inClassic(): Core {
  const core = new Core({ slots: 1, kept: [], localStart: '00000000' });
  expect(core.handle({ type: 'classic' }, 0)).toEqual([{ do: 'register' }]);
  return core;
}

function job(run: RunId): Job {
  return { run, commit, assignment, classic: false };
}

function message(said: Extract<Event, { type: 'message' }>['message']): Event {
  return { type: 'message', message: said };
}

function runtest(run: RunId): Event {
  if (parseCommit(commit) === null) throw new Error('no commit');
  return message({ verb: 'runtest', run, commit, body: assignment });
}

function ended(run: RunId): Event {
  return { type: 'ended', job: job(run), ending: reported };
}

function handedBack(run: RunId, detail: string): Effect {
  return { do: 'send', message: { verb: 'handback', run, body: { reason: 'stopped', detail } } };
}

function isStart(effect: Effect): effect is Extract<Effect, { do: 'start' }> {
  return effect.do === 'start';
}
