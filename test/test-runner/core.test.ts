import { describe, expect, test } from 'vitest';
import type { Ending, Event } from '../../src/test-runner/core/events.js';
import {
  begins,
  classicRun,
  commit,
  ended,
  handedBack,
  inSession,
  message,
  one,
  report,
  runner,
  runOf,
  runtest,
  two,
} from '../support/runner-scenario.js';

const away: Event = { kind: 'away', reason: 'closed its connection', refused: false };

describe('a runner with a session', () => {
  test('starts a run in a free slot and ships its log from the start', () => {
    const core = inSession(1);
    expect(core.handle(runtest(one), 0)).toEqual([
      begins(one, 0),
      { kind: 'ship', log: one, offset: 0, report: null },
    ]);
    expect(core.state).toBe('busy');
  });

  test('hands a run back when all slots are taken', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(runtest(two), 0)).toEqual([handedBack(two, 'the runner is full')]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
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
    expect(core.handle(runtest(two), 0)).toContainEqual(begins(two, 1));
  });

  test('reports an ended run once its whole log was sent, and forgets it when recorded', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(ended(one), 0)).toEqual([]);
    expect(core.state).toBe('idle');
    expect(core.handle({ kind: 'shipped', run: one }, 0)).toEqual([
      { kind: 'send', message: { verb: 'results', run: one, body: report } },
    ]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.handle(message({ verb: 'recorded', run: one }), 0)).toEqual([
      { kind: 'forget', run: runOf(one) },
    ]);
    expect(core.inHand()).toEqual([]);
  });

  test('sends the log again from where it is wanted, and then the report', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle(message({ verb: 'want', log: one, offset: 3 }), 0)).toEqual([
      { kind: 'ship', log: one, offset: 3, report },
    ]);
  });

  test('says that it does not have a run that is wanted of it', () => {
    const want = message({ verb: 'want', log: one, offset: 0 });
    expect(inSession(1).handle(want, 0)).toEqual([
      handedBack(one, 'the runner does not have that run'),
    ]);
  });

  test('hands back a run that could not be had here', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    const handback = { reason: 'unknown-commit', detail: 'not here' } as const;
    const ending: Ending = { kind: 'handback', handback };
    expect(core.handle({ kind: 'ended', run: runOf(one), ending }, 0)).toEqual([
      { kind: 'send', message: { verb: 'handback', run: one, body: handback } },
      { kind: 'forget', run: runOf(one) },
    ]);
  });

  test('hands back an ended run whose log has vanished', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle({ kind: 'log-lost', run: one }, 0)).toEqual([
      handedBack(one, "its log cannot be read on the runner's disk"),
      { kind: 'forget', run: runOf(one) },
    ]);
  });

  test('A29: ends the processes of a cancelled run and still reports it', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(message({ verb: 'cancel', run: one }), 0)).toEqual([
      { kind: 'end', run: runOf(one), because: 'cancelled' },
    ]);
    expect(core.inHand()).toHaveLength(1);
  });

  test('a revoked run is ended and never spoken of again', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(message({ verb: 'revoked', run: one }), 0)).toEqual([
      { kind: 'end', run: runOf(one), because: 'revoked' },
    ]);
    expect(core.inHand()).toEqual([]);
    expect(core.handle(ended(one), 0)).toEqual([{ kind: 'forget', run: runOf(one) }]);
  });

  test('ends a suite once: a second cancel or revocation finds it ending', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(message({ verb: 'revoked', run: one }), 0);
    expect(core.handle(message({ verb: 'revoked', run: one }), 0)).toEqual([]);
    expect(core.handle(message({ verb: 'cancel', run: one }), 0)).toEqual([]);
  });

  test('a cancel that comes after the end changes nothing, a revocation spares the report', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(core.handle(message({ verb: 'cancel', run: one }), 0)).toEqual([]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.handle(message({ verb: 'revoked', run: one }), 0)).toEqual([
      { kind: 'forget', run: runOf(one) },
    ]);
    expect(core.inHand()).toEqual([]);
  });

  test.each<Event>([
    message({ verb: 'recorded', run: one }),
    message({ verb: 'revoked', run: one }),
    message({ verb: 'cancel', run: one }),
    { kind: 'shipped', run: one },
    { kind: 'log-lost', run: one },
    { kind: 'delivered', run: one, taken: true },
  ])('what is said of a run that is not in hand changes nothing: %j', (event) => {
    expect(inSession(1).handle(event, 0)).toEqual([]);
  });

  test('a verb that is not for runners is passed over, as a newer dispatcher may know more', () => {
    expect(inSession(1).handle(message({ verb: 'poll' }), 0)).toEqual([]);
  });

  test('a suite that ends unstarted or twice is our own bug: no slot becomes free by it', () => {
    const core = inSession(1);
    expect(() => core.handle(ended(one), 0)).toThrow('ended unstarted');
    core.handle(runtest(one), 0);
    core.handle(ended(one), 0);
    expect(() => core.handle(ended(one), 0)).toThrow('ended unstarted');
  });
});

describe('a runner whose dispatcher is away', () => {
  test('A27: keeps a result and names it at the next session', () => {
    const core = inSession(1);
    core.handle(runtest(one), 0);
    expect(core.handle(away, 0)).toEqual([]);
    expect(core.handle(ended(one), 0)).toEqual([]);
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.handle({ kind: 'session', takesOffers: true }, 0)).toEqual([]);
  });

  test('has the results of an earlier process in hand', () => {
    const core = runner(1, runOf(one));
    expect(core.inHand()).toEqual([{ run: one, commit }]);
    expect(core.state).toBe('idle');
  });

  test('keeps a classic result until it finds a dispatcher, of whichever kind', () => {
    const classic = classicRun(1);
    const deliver = { kind: 'deliver', run: classic, report };
    const core = runner(1, classic);
    expect(core.handle({ kind: 'tick' }, 0)).toEqual([]);
    expect(core.handle({ kind: 'session', takesOffers: true }, 0)).toEqual([deliver]);
    expect(core.handle(away, 1)).toEqual([]);
    expect(core.handle({ kind: 'delivered', run: classic.id, taken: false }, 2)).toEqual([]);
    expect(core.handle({ kind: 'tick' }, 3)).toEqual([]);
    expect(core.handle({ kind: 'classic' }, 4)).toEqual([{ kind: 'register' }, deliver]);
  });
});
