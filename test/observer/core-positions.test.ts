import { describe, expect, test } from 'vitest';
import {
  given,
  givenKnown,
  id,
  nothing,
  saved,
  sent,
  tip,
  told,
} from '../support/observer-scenario.js';

describe('an observer that is killed before its first tips were accepted', () => {
  test('goes on from what lay behind them: what was pushed meanwhile is news', () => {
    const killed = given(null);
    const { save } = killed.sees(tip('feature', 'b', 'a'), tip('main', 'c', 'b'));
    expect(save).toMatchObject({ positions: new Map(), baseline: [id('a')] });
    const { when, sees, listed, accepted } = givenKnown(save);
    when({ kind: 'session' });
    const { revList } = sees(tip('feature', 'b', 'a'), tip('main', 'd', 'c'));
    expect(revList).toMatchObject({ known: [id('a')], earlier: [id('b')] });
    expect(sent(listed('cd'))).toBe('cd');
    for (const letter of 'bc') accepted(letter);
    expect(accepted('d').save?.baseline).toBeNull();
  });

  test('and from where the only branch stood that it had handed over, when that is gone', () => {
    const killed = given({ main: 'a' });
    const { save, revList } = killed.sees(tip('next', 'c', 'b'));
    expect(save).toMatchObject({ positions: new Map(), baseline: [id('a')] });
    expect(givenKnown(save).sees(tip('next', 'c', 'b')).revList).toEqual(revList);
  });

  test('the first commit of all has nothing behind it', () => {
    const { save } = given(null).sees(tip('main', 'a'));
    expect(save).toMatchObject({ positions: new Map(), baseline: [] });
    expect(givenKnown(save).sees(tip('main', 'c', 'b')).revList).toMatchObject({ known: [] });
  });

  test('as does one that began with an empty repository, at its first commits', () => {
    const { save } = given({}).sees(tip('main', 'c', 'b'));
    expect(save).toMatchObject({ positions: new Map(), baseline: [id('b')] });
    expect(givenKnown(save).sees(tip('main', 'd', 'c')).revList).toMatchObject({
      known: [id('b')],
    });
  });
});

describe('when a position advances', () => {
  test('not by a poll: an observer killed now finds the same commits again', () => {
    const { sees } = given({ main: 'a' });
    const polled = sees(tip('main', 'b', 'a'), tip('next', 'c', 'a'));
    expect([saved(polled), told(polled)]).toEqual([null, ['found', 'found']]);
    expect(polled.publish).toMatchObject([{ first: false }, { first: true }]);
  });

  test('only after every commit of its batch was accepted, in whatever order', () => {
    const { when, sees, listed, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('main', 'c', 'b'));
    listed('bc');
    const early = accepted('c');
    expect([saved(early), told(early)]).toEqual([null, []]);
    const last = accepted('b');
    expect(saved(last)).toEqual({ main: 'c' });
    expect(told(last)).toEqual(['handed-over', 'handed-over']);
  });

  test('never before the batch of an earlier branch, upon which its own rev-list was built', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('feature', 'b', 'a'), tip('main', 'c', 'b'));
    expect(saved(accepted('c'))).toBeNull();
    expect(saved(accepted('b'))).toEqual({ main: 'c', feature: 'b' });
  });

  test('a deleted branch is forgotten; when it comes back it is a new one', () => {
    const { when, sees } = given({ main: 'a', feature: 'b' });
    when({ kind: 'session' });
    const outcome = sees(tip('main', 'a'));
    expect([saved(outcome), told(outcome)]).toEqual([{ main: 'a' }, ['gone']]);
    when({ kind: 'due' }, 1_000);
    expect(sent(sees(tip('feature', 'b', 'c'), tip('main', 'a')))).toBe('b');
  });

  test('an answer that nobody waits for changes nothing', () => {
    const { sees, accepted } = given({ main: 'a' });
    sees(tip('main', 'a'));
    expect(accepted('f')).toEqual({ ...nothing, wakeAtMs: 1_000 });
  });

  test('an answer counts only for what was asked: an early one does not spare the question', () => {
    const { when, sees, listed, accepted } = given({ main: 'a' });
    when({ kind: 'classic' });
    sees(tip('main', 'c', 'b'));
    expect(sent(listed('bc'))).toBe('b');
    expect(saved(accepted('c'))).toBeNull();
    const outcome = accepted('b');
    expect([sent(outcome), saved(outcome)]).toEqual(['c', null]);
  });
});
