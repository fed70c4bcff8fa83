import { expect, test } from 'vitest';
import {
  described,
  given,
  givenKnown,
  id,
  saved,
  sent,
  tip,
  told,
} from '../support/observer-scenario.js';

test('a branch that cannot be read is told once by its name, and the others go on', () => {
  const { when, sees, seesBroken, accepted } = given({ main: 'a', next: 'b' });
  when({ kind: 'session' });
  const outcome = seesBroken('next', tip('main', 'c', 'a'));
  expect(sent(outcome)).toBe('c');
  expect(outcome.publish).toContainEqual({ kind: 'broken', branch: 'next', reason: 'damaged' });
  expect(saved(accepted('c'))).toEqual({ main: 'c', next: 'b' });
  expect(told(seesBroken('next', tip('main', 'c', 'a')))).toEqual([]);
  sees(tip('main', 'c', 'a'), tip('next', 'b'));
  expect(told(seesBroken('next', tip('main', 'c', 'a')))).toEqual(['broken']);
});

test('when it is mended it goes on from where it stood', () => {
  const { when, sees, seesBroken, listed } = given({ main: 'a', next: 'b' });
  when({ kind: 'session' });
  seesBroken('next', tip('main', 'a'));
  const outcome = sees(tip('main', 'a'), tip('next', 'e', 'd'));
  expect(outcome.revList).toEqual({ tips: [id('e')], known: [id('a'), id('b')], earlier: [] });
  expect(sent(listed('de'))).toBe('de');
});

test('a repository whose only branch cannot be read is not an empty one', () => {
  expect(told(given(null).seesBroken('main'))).toEqual(['broken']);
});

test('a branch whose rev-list fails is left to the next poll, and what it shares comes with others', () => {
  const { when, sees, listed, accepted } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(tip('feature', 'c', 'b'), tip('main', 'e', 'd'));
  const { revList } = listed(null);
  expect(revList).toEqual({ tips: [id('e')], known: [id('a')], earlier: [] });
  const outcome = listed('bde');
  expect([sent(outcome), told(outcome)]).toEqual(['bde', ['found', 'broken']]);
  for (const letter of 'bd') accepted(letter);
  expect(saved(accepted('e'))).toEqual({ main: 'e' });
  const mended = sees(tip('feature', 'c', 'b'), tip('main', 'e', 'd'));
  expect(mended.revList).toMatchObject({ known: [id('e')] });
  expect(sent(listed(''))).toBe('c');
});

test('of branches that share a rev-list, those that spoil it are found by halves', () => {
  const { when, sees, listed } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(...['b', 'c', 'd', 'e', 'f'].map((letter) => tip(letter, letter, '0')));
  expect(listed('b').revList).toMatchObject({ tips: [...'cdef'].map(id), earlier: [id('b')] });
  expect(listed(null).revList).toMatchObject({ tips: [...'cd'].map(id) });
  expect(listed(null).revList).toMatchObject({ tips: [id('c')] });
  expect(listed(null).revList).toMatchObject({ tips: [id('d')] });
  expect(listed('d').revList).toMatchObject({ tips: [...'ef'].map(id) });
  const outcome = when({ kind: 'listed', found: [described('e'), described('f')] });
  expect(outcome.publish).toContainEqual({ kind: 'broken', branch: 'c', reason: 'damaged' });
  expect(told(outcome)).toEqual(['found', 'found', 'broken']);
});

test('where nearly all is damaged, a thousand branches do not cost a rev-list each', () => {
  const { when, sees, listed } = given({ main: 'a' });
  when({ kind: 'session' });
  const names = Array.from({ length: 1_000 }, (_, index) => `branch-${index}`);
  let { revList, publish } = sees(...names.map((name) => tip(name, 'c', 'b')));
  let revLists = 0;
  for (; revList !== null; revLists += 1) ({ revList, publish } = listed(null));
  expect(revLists).toBeLessThan(110);
  expect(publish).toHaveLength(1_000);
});

test('what bounds the rev-list of a renamed branch is kept until that rev-list succeeds', () => {
  const { when, sees, listed, accepted } = given({ main: 'a', old: 'b' });
  when({ kind: 'session' });
  sees(tip('main', 'c', 'a'), tip('new', 'e', 'd'));
  listed(null);
  expect(accepted('c').save?.baseline).toEqual([id('b')]);
  const { revList } = sees(tip('main', 'c', 'a'), tip('new', 'e', 'd'));
  expect(revList).toMatchObject({ known: [id('c'), id('b')] });
  listed('de');
  accepted('d');
  expect(accepted('e').save?.baseline).toBeNull();
});

test('--once does not call a poll whole that left a branch out', () => {
  const positions = new Map([['main', id('a')]]);
  const { when, seesBroken } = givenKnown(
    { positions, baseline: null, firstBaseline: null, trail: [] },
    { once: true },
  );
  when({ kind: 'session' });
  expect(seesBroken('next', tip('main', 'a')).exit).toBe('usage');
});
