import { describe, expect, test } from 'vitest';
import {
  classicRun,
  commit,
  ended,
  inClassic,
  inSession,
  report,
} from '../support/runner-scenario.js';

describe('a runner with a classic dispatcher', () => {
  test('A39: of two simultaneous runtests exactly one is OK', () => {
    const core = inClassic();
    const first = core.handle({ kind: 'asked-to-run', commit }, 0);
    const second = core.handle({ kind: 'asked-to-run', commit }, 0);
    expect(first.map((effect) => effect.kind)).toEqual(['answer', 'start']);
    expect(first[0]).toEqual({ kind: 'answer', word: 'OK' });
    expect(second).toEqual([{ kind: 'answer', word: 'BUSY' }]);
  });

  test('takes no classic runtest while it has a session', () => {
    expect(inSession(1).handle({ kind: 'asked-to-run', commit }, 0)).toEqual([
      { kind: 'answer', word: 'Invalid command' },
    ]);
  });

  test('A34: registers again when it was not pinged for ten seconds', () => {
    const core = inClassic();
    expect(core.handle({ kind: 'tick' }, 9_999)).toEqual([]);
    expect(core.handle({ kind: 'pinged' }, 9_999)).toEqual([]);
    expect(core.handle({ kind: 'tick' }, 19_998)).toEqual([]);
    expect(core.handle({ kind: 'tick' }, 19_999)).toEqual([{ kind: 'register' }]);
    expect(core.handle({ kind: 'tick' }, 20_000)).toEqual([]);
  });

  test('is registered by its session; to a dispatcher that is away it need not be', () => {
    const core = inSession(1);
    expect(core.handle({ kind: 'tick' }, 60_000)).toEqual([]);
    core.handle({ kind: 'away', reason: 'closed its connection', refused: false }, 60_000);
    expect(core.handle({ kind: 'tick' }, 120_000)).toEqual([]);
  });

  test('registers again at once when that was not acknowledged', () => {
    const core = inClassic();
    expect(core.handle({ kind: 'registered', taken: false }, 10)).toEqual([]);
    expect(core.handle({ kind: 'tick' }, 20)).toEqual([{ kind: 'register' }]);
  });

  test('gives each run an id of its own, as a classic dispatcher names only the commit', () => {
    const core = inClassic(2);
    const start = () => core.handle({ kind: 'asked-to-run', commit }, 0)[1];
    expect(start()).toEqual({ kind: 'start', slot: 0, run: classicRun(1) });
    expect(start()).toEqual({ kind: 'start', slot: 1, run: classicRun(2) });
  });

  test('A27: delivers a result again until it is taken', () => {
    const core = inClassic();
    core.handle({ kind: 'asked-to-run', commit }, 0);
    const classic = classicRun(1);
    const deliver = { kind: 'deliver', run: classic, report };
    expect(core.handle({ kind: 'tick' }, 0)).toEqual([]);
    expect(core.handle(ended(classic), 0)).toEqual([deliver]);
    expect(core.handle({ kind: 'tick' }, 1)).toEqual([]);
    expect(core.handle({ kind: 'delivered', run: classic.id, taken: false }, 2)).toEqual([]);
    expect(core.handle({ kind: 'tick' }, 3)).toEqual([deliver]);
    expect(core.handle({ kind: 'delivered', run: classic.id, taken: true }, 4)).toEqual([
      { kind: 'forget', run: classic },
    ]);
  });
});
