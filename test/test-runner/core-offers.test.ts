import { describe, expect, test } from 'vitest';
import type { OfferBody } from '../../src/protocol/bodies.js';
import type { Core } from '../../src/test-runner/core/core.js';
import type { Effect } from '../../src/test-runner/core/events.js';
import {
  begins,
  classicRun,
  commit,
  ended,
  inClassic,
  inSession,
  message,
  one,
  report,
  runner,
  runOf,
  runtest,
  two,
} from '../support/runner-scenario.js';

const more: OfferBody = { capacity: 2, labels: ['gpu'] };
const less: OfferBody = { capacity: 1, labels: [] };
const draining: Effect = { kind: 'send', message: { verb: 'draining' } };
const introduces: Effect = { kind: 'introduce' };

describe('a runner that offers something else', () => {
  test('says so within the session, and has its new slots at once', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(offers(core, more)).toEqual([said(more)]);
    expect(core.offer).toEqual(more);
    expect(core.state).toBe('idle');
    expect(core.handle(runtest(two), 0)).toContainEqual(begins(two, 1));
    expect(core.state).toBe('busy');
  });

  test('keeps what it has where that is less, and takes what crossed its word on the wire', () => {
    const core = inSession(2);
    core.handle(runtest(one), 0);
    expect(offers(core, less)).toEqual([said(less)]);
    expect(core.state).toBe('busy');
    expect(core.handle(runtest(two), 0)).toContainEqual(begins(two, 1));
  });

  test('is BUSY to a classic dispatcher as soon as it has what it offers', () => {
    const core = inClassic(2);
    expect(offers(core, less)).toEqual([]);
    core.handle({ kind: 'asked-to-run', commit }, 0);
    expect(core.handle({ kind: 'asked-to-run', commit }, 0)).toEqual([
      { kind: 'answer', word: 'BUSY' },
    ]);
    core.handle(ended(classicRun(1)), 0);
    expect(core.handle({ kind: 'asked-to-run', commit }, 0)).toContainEqual({
      kind: 'answer',
      word: 'OK',
    });
  });

  test('tells at once of results that were left in a slot which is new', () => {
    const results = { kind: 'send', message: { verb: 'results', run: one, body: report } };
    const kept = [{ run: runOf(one), report }];
    expect(inSession(1).handle({ kind: 'found', kept }, 0)).toEqual([results]);
    const away = runner(1);
    expect(away.handle({ kind: 'found', kept }, 0)).toEqual([]);
    expect(away.inHand()).toEqual([{ run: one, commit }]);
  });

  test('does not tell a dispatcher of ours of a classic run’s result, which it does not know', () => {
    const classic = { ...runOf(one), classic: true };
    const kept = [{ run: classic, report }];
    expect(inSession(1).handle({ kind: 'found', kept }, 0)).toEqual([]);
  });

  test('need not say what its `hello` has said', () => {
    const core = runner(1);
    expect(offers(core, more)).toEqual([]);
    core.handle({ kind: 'introducing' }, 0);
    expect(core.handle({ kind: 'session', takesOffers: true }, 0)).toEqual([]);
  });

  test('says it as soon as it is welcome, where its `hello` had gone out before', () => {
    const core = runner(1);
    core.handle({ kind: 'introducing' }, 0);
    expect(offers(core, more)).toEqual([]);
    expect(core.handle({ kind: 'session', takesOffers: true }, 0)).toEqual([said(more)]);
  });
});

describe('to a dispatcher that does not know how to be told', () => {
  test('a runner with nothing in hand introduces itself anew', () => {
    const core = beforeOffers(1);
    expect(offers(core, more)).toEqual([draining, introduces]);
    core.handle({ kind: 'introducing' }, 0);
    expect(core.handle({ kind: 'session', takesOffers: false }, 0)).toEqual([]);
    expect(core.handle(runtest(one), 0)).toContainEqual(begins(one, 0));
  });

  test('a runner asks for no further runs, and introduces itself once its results are recorded', () => {
    const core = beforeOffers(1);
    core.handle(runtest(one), 0);
    expect(offers(core, more)).toEqual([draining]);
    expect(core.handle(ended(one), 0)).toEqual([]);
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { kind: 'forget', run: runOf(one) },
      introduces,
    ]);
  });

  test('a runner that is cut off meanwhile has said it with its next `hello`', () => {
    const core = beforeOffers(1);
    core.handle(runtest(one), 0);
    offers(core, more);
    core.handle({ kind: 'away', reason: 'closed its connection', refused: false }, 0);
    core.handle({ kind: 'introducing' }, 0);
    expect(core.handle({ kind: 'session', takesOffers: false }, 0)).toEqual([]);
    core.handle(ended(one), 0);
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { kind: 'forget', run: runOf(one) },
    ]);
  });
});

function offers(core: Core, offer: OfferBody): Effect[] {
  return core.handle({ kind: 'offers', offer }, 0);
}

function said(body: OfferBody): Effect {
  return { kind: 'send', message: { verb: 'offer', body } };
}

/** In a session with a dispatcher of a release before that verb. */
function beforeOffers(slots: number): Core {
  const core = runner(slots);
  core.handle({ kind: 'introducing' }, 0);
  core.handle({ kind: 'session', takesOffers: false }, 0);
  return core;
}
