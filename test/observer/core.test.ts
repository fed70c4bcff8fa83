import { describe, expect, test } from 'vitest';
import {
  branches,
  described,
  given,
  id,
  nothing,
  saved,
  sent,
  tip,
  told,
} from '../support/observer-scenario.js';

describe('what is handed over', () => {
  test('at the first start each branch hands over its tip, whatever lies behind it', () => {
    const { when, sees } = given(null);
    when({ kind: 'session' });
    const outcome = sees(tip('feature', 'b', 'a'), tip('main', 'd', 'c'));
    expect(sent(outcome)).toBe('bd');
    expect(outcome.revList).toBeNull();
  });

  test('--from-now records the first poll, and hands over what comes later', () => {
    const { when, sees } = given(null, { fromNow: true });
    when({ kind: 'session' });
    const outcome = sees(tip('main', 'a'));
    expect([saved(outcome), told(outcome)]).toEqual([{ main: 'a' }, ['recorded']]);
    expect([sent(outcome), outcome.revList, outcome.wakeAtMs]).toEqual(['', null, 1_000]);
    when({ kind: 'due' }, 1_000);
    expect(sent(sees(tip('main', 'b', 'a')))).toBe('b');
  });

  test('another interval counts from now on: a shorter one does not wait for the longer', () => {
    const { when, sees } = given({ main: 'a' }, { intervalMs: 60_000 });
    when({ kind: 'session' });
    expect(sees(tip('main', 'a')).wakeAtMs).toBe(60_000);
    expect(when({ kind: 'interval', intervalMs: 2_000 }, 500).wakeAtMs).toBe(2_500);
    expect(when({ kind: 'due' }, 2_500).poll).toBe(true);
    expect(sees(tip('main', 'a')).wakeAtMs).toBe(4_500);
    expect(when({ kind: 'interval', intervalMs: 9_000 }, 3_000).wakeAtMs).toBe(4_500);
  });

  test('a repository without commits is put on record too, so that its first one is news', () => {
    const empty = given(null).sees();
    expect([saved(empty), told(empty)]).toEqual([{}, ['empty']]);
    const restarted = given({}, { fromNow: true });
    restarted.when({ kind: 'session' });
    expect(sent(restarted.sees(tip('main', 'a')))).toBe('a');
    const fromNow = given(null, { fromNow: true }).sees();
    expect([saved(fromNow), told(fromNow)]).toEqual([{}, ['empty']]);
  });

  test('of a first push into an empty repository the tip is handed over, not all behind it', () => {
    const { when, sees } = given(null);
    when({ kind: 'session' });
    sees();
    when({ kind: 'due' }, 1_000);
    const first = sees(tip('main', 'c', 'b'));
    expect([sent(first), first.revList]).toEqual(['c', null]);
  });

  test('--from-now means the first start: what came while no observer ran is handed over', () => {
    const { when, sees } = given({ main: 'a' }, { fromNow: true });
    when({ kind: 'session' });
    expect(sent(sees(tip('main', 'b', 'a')))).toBe('b');
  });

  test('one commit upon the position needs no rev-list, a merge of two positions neither', () => {
    const { when, sees } = given({ main: 'a', feature: 'b' });
    when({ kind: 'session' });
    const outcome = sees(tip('feature', 'b'), tip('main', 'c', 'ab'));
    expect([sent(outcome), outcome.revList]).toEqual(['c', null]);
  });

  test('a merge that brings unknown commits is listed, for what it brings', () => {
    const { when, sees } = given({ main: 'a' });
    when({ kind: 'session' });
    expect(sees(tip('main', 'c', 'ab')).revList).not.toBeNull();
    expect(sent(when({ kind: 'listed', found: [described('b'), described('c', 'ab')] }))).toBe(
      'bc',
    );
  });

  test('more than one commit is listed, and handed over oldest first, the tip once', () => {
    const { when, sees, listed } = given({ main: 'a' });
    when({ kind: 'session' });
    const polled = sees(tip('main', 'd', 'c'));
    expect(polled.revList).toEqual({ tips: [id('d')], known: [id('a')], earlier: [] });
    expect(sent(polled)).toBe('');
    const outcome = listed('bcd');
    expect(sent(outcome)).toBe('bcd');
    const newest = tip('main', 'd', 'c');
    expect(outcome.publish).toEqual([{ kind: 'found', tip: newest, first: false, count: 3 }]);
  });

  test('two branches at the same commit hand it over for each, and each advances with its own', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    const outcome = sees(tip('main', 'b', 'a'), tip('next', 'b', 'a'));
    expect(sent(outcome)).toBe('bb');
    expect(branches(outcome)).toEqual(['main', 'next']);
    expect(saved(accepted('b'))).toEqual({ main: 'b' });
    expect(saved(accepted('b'))).toEqual({ main: 'b', next: 'b' });
  });

  test('so does one that stands at what only led to another: the dispatcher hears where each stands', () => {
    const { when, sees, listed } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('main', 'c', 'b'), tip('next', 'b', 'a'));
    const outcome = listed('bc');
    expect([sent(outcome), branches(outcome)]).toEqual(['bcb', ['main', 'main', 'next']]);
  });

  test('of a commit that is sent for two branches, what was not accepted is sent again', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('main', 'b', 'a'), tip('next', 'b', 'a'));
    accepted('b');
    when({ kind: 'away', reason: 'closed its connection', refused: false });
    const outcome = when({ kind: 'session' });
    expect([sent(outcome), branches(outcome)]).toEqual(['b', ['next']]);
    expect(saved(accepted('b'))).toEqual({ main: 'b', next: 'b' });
  });

  test('a branch put back to an old commit hands that one over: its rev-list finds nothing', () => {
    const { when, sees, listed } = given({ main: 'c' });
    when({ kind: 'session' });
    sees(tip('main', 'b', 'a'));
    expect(sent(listed(''))).toBe('b');
  });

  test('--latest-only hands over each changed tip alone', () => {
    const { when, sees } = given({ main: 'a' }, { latestOnly: true });
    when({ kind: 'session' });
    const outcome = sees(tip('main', 'f', 'e'));
    expect([sent(outcome), outcome.revList]).toEqual(['f', null]);
  });

  test('a description is made fit for the wire: bounded, and without control characters', () => {
    const { when, sees } = given(null);
    when({ kind: 'session' });
    const subject = `\u001b[31m${'x'.repeat(70_000)}`;
    const outcome = sees({ ...tip('main', 'a'), subject });
    expect(outcome.send[0]?.description.subject).toBe(` [31m${'x'.repeat(495)}`);
  });
});

describe('when it polls', () => {
  test('at the start, and an interval later; where nothing is new, nothing is sent or written', () => {
    const { when, sees } = given({ main: 'a' });
    expect(when({ kind: 'due' })).toEqual({ ...nothing, poll: true });
    expect(sees(tip('main', 'a'))).toEqual({ ...nothing, wakeAtMs: 1_000 });
    expect(when({ kind: 'due' }, 999).poll).toBe(false);
    expect(when({ kind: 'due' }, 1_000).poll).toBe(true);
  });

  test('a hint polls at once; hints during a poll make exactly one more', () => {
    const { when, sees } = given({ main: 'a' });
    when({ kind: 'due' });
    sees(tip('main', 'a'));
    expect(when({ kind: 'hint' }).poll).toBe(true);
    expect(when({ kind: 'hint' }).poll).toBe(false);
    expect(when({ kind: 'hint' }).poll).toBe(false);
    expect(sees(tip('main', 'a')).poll).toBe(true);
    expect(sees(tip('main', 'a')).poll).toBe(false);
  });

  test('a hint while commits are on their way waits for their acceptance', () => {
    const { when, sees, accepted } = given(null);
    when({ kind: 'session' });
    sees(tip('main', 'a'));
    expect(when({ kind: 'hint' }).poll).toBe(false);
    expect(accepted('a').poll).toBe(true);
  });

  test('A43: a remote that fails is told once, asked on, and told once when it is back', () => {
    const { when, sees } = given({ main: 'a' });
    when({ kind: 'due' });
    const failed = when({ kind: 'failed', reason: 'no route' });
    const reason = { kind: 'poll-failed', reason: 'no route' } as const;
    expect(failed).toEqual({ ...nothing, publish: [reason], wakeAtMs: 1_000 });
    expect(when({ kind: 'due' }, 1_000).poll).toBe(true);
    expect(told(when({ kind: 'failed', reason: 'no route' }))).toEqual([]);
    when({ kind: 'due' }, 2_000);
    expect(told(sees(tip('main', 'a')))).toEqual(['polls-again']);
  });

  test('an empty repository is told once, and again when it has lost all its branches', () => {
    const { sees } = given(null);
    expect(told(sees())).toEqual(['empty']);
    expect(told(sees())).toEqual([]);
    sees(tip('main', 'a'));
    expect(told(sees())).toEqual(['empty']);
  });
});
