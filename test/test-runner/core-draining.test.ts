import { describe, expect, test } from 'vitest';
import type { Ending } from '../../src/test-runner/core/events.js';
import {
  classicRun,
  commit,
  ended,
  handedBack,
  inClassic,
  inSession,
  message,
  one,
  runOf,
  runtest,
  two,
} from '../support/runner-scenario.js';

describe('a runner that drains', () => {
  test('leaves at once when nothing is in hand', () => {
    expect(inSession(1).handle({ kind: 'drain' }, 0)).toEqual([
      { kind: 'send', message: { verb: 'draining' } },
      { kind: 'leave', exit: 'fine' },
    ]);
  });

  test('finishes and delivers what is in hand, takes nothing new, then leaves', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    expect(core.handle({ kind: 'drain' }, 0)).toEqual([
      { kind: 'send', message: { verb: 'draining' } },
    ]);
    expect(core.state).toBe('draining');
    expect(core.waitsFor()).toEqual({
      going: [runOf(one)],
      goingOn: [runOf(one)],
      undelivered: [],
    });
    expect(core.handle(runtest(two), 0)).toEqual([handedBack(two, 'the runner is leaving')]);
    core.handle(ended(one), 0);
    expect(core.waitsFor()).toEqual({ going: [], goingOn: [], undelivered: [runOf(one)] });
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { kind: 'forget', run: runOf(one) },
      { kind: 'leave', exit: 'fine' },
    ]);
  });

  test('begins to when no run can be had here any more, before it hands that run back', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    const handback = { reason: 'stopped', detail: 'the clone is gone' } as const;
    const ending: Ending = { kind: 'unfit', handback };
    expect(core.handle({ kind: 'ended', run: runOf(one), ending }, 0)).toEqual([
      { kind: 'send', message: { verb: 'draining' } },
      handedBack(one, 'the clone is gone'),
      { kind: 'forget', run: runOf(one) },
      { kind: 'leave', exit: 'usage' },
    ]);
  });

  test('that is asked again ends its suites and hands their runs back', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle({ kind: 'abort' }, 0)).toEqual([
      { kind: 'end', run: runOf(one), because: 'aborted' },
      handedBack(one, 'the runner was stopped'),
    ]);
  });

  test('that is asked again hands back no run that nobody awaits, nor one of a classic dispatcher', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    core.handle(message({ verb: 'revoked', run: one }), 0);
    core.handle({ kind: 'classic' }, 0);
    core.handle({ kind: 'asked-to-run', commit }, 0);
    expect(core.handle({ kind: 'abort' }, 0)).toEqual([
      { kind: 'end', run: runOf(one), because: 'aborted' },
      { kind: 'end', run: classicRun(1), because: 'aborted' },
    ]);
  });

  test('says so again to a dispatcher that comes back', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle({ kind: 'drain' }, 0);
    core.handle({ kind: 'away', reason: 'closed its connection', refused: false }, 0);
    expect(core.handle({ kind: 'session', takesOffers: true }, 0)).toEqual([
      { kind: 'send', message: { verb: 'draining' } },
    ]);
  });

  test('is BUSY to a classic dispatcher, and does not register with it any more', () => {
    const core = inClassic(2);
    core.handle({ kind: 'asked-to-run', commit }, 0);
    core.handle({ kind: 'drain' }, 0);
    expect(core.handle({ kind: 'asked-to-run', commit }, 0)).toEqual([
      { kind: 'answer', word: 'BUSY' },
    ]);
    expect(core.handle({ kind: 'tick' }, 60_000)).toEqual([]);
    expect(core.handle({ kind: 'classic' }, 60_000)).toEqual([]);
  });
});
