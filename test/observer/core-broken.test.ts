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
  when({ type: 'session' });
  const outcome = seesBroken('next', tip('main', 'c', 'a'));
  expect(sent(outcome)).toBe('c');
  expect(outcome.publish).toContainEqual({ type: 'broken', branch: 'next', reason: 'damaged' });
  expect(saved(accepted('c'))).toEqual({ main: 'c', next: 'b' });
  expect(told(seesBroken('next', tip('main', 'c', 'a')))).toEqual([]);
  sees(tip('main', 'c', 'a'), tip('next', 'b'));
  expect(told(seesBroken('next', tip('main', 'c', 'a')))).toEqual(['broken']);
});

test('when it is mended it goes on from where it stood', () => {
  const { when, sees, seesBroken, walked } = given({ main: 'a', next: 'b' });
  when({ type: 'session' });
  seesBroken('next', tip('main', 'a'));
  const outcome = sees(tip('main', 'a'), tip('next', 'e', 'd'));
  expect(outcome.walk).toEqual({ tips: [id('e')], known: [id('a'), id('b')], earlier: [] });
  expect(sent(walked('de'))).toBe('de');
});

test('a repository whose only branch cannot be read is not an empty one', () => {
  expect(told(given(null).seesBroken('main'))).toEqual(['broken']);
});

test('a branch whose walk fails is left to the next look, and what it shares comes with others', () => {
  const { when, sees, walked, accepted } = given({ main: 'a' });
  when({ type: 'session' });
  sees(tip('feature', 'c', 'b'), tip('main', 'e', 'd'));
  const { walk } = walked(null);
  expect(walk).toEqual({ tips: [id('e')], known: [id('a')], earlier: [] });
  const outcome = walked('bde');
  expect([sent(outcome), told(outcome)]).toEqual(['bde', ['found', 'broken']]);
  for (const letter of 'bd') accepted(letter);
  expect(saved(accepted('e'))).toEqual({ main: 'e' });
  const mended = sees(tip('feature', 'c', 'b'), tip('main', 'e', 'd'));
  expect(mended.walk).toMatchObject({ known: [id('e')] });
  expect(sent(walked(''))).toBe('c');
});

test('of branches that share a walk, those that spoil it are found by halves', () => {
  const { when, sees, walked } = given({ main: 'a' });
  when({ type: 'session' });
  sees(...['b', 'c', 'd', 'e', 'f'].map((letter) => tip(letter, letter, '0')));
  expect(walked('b').walk).toMatchObject({ tips: [...'cdef'].map(id), earlier: [id('b')] });
  expect(walked(null).walk).toMatchObject({ tips: [...'cd'].map(id) });
  expect(walked(null).walk).toMatchObject({ tips: [id('c')] });
  expect(walked(null).walk).toMatchObject({ tips: [id('d')] });
  expect(walked('d').walk).toMatchObject({ tips: [...'ef'].map(id) });
  const outcome = when({ type: 'walked', found: [described('e'), described('f')] });
  expect(outcome.publish).toContainEqual({ type: 'broken', branch: 'c', reason: 'damaged' });
  expect(told(outcome)).toEqual(['found', 'found', 'broken']);
});

test('where nearly all is damaged, a thousand branches do not cost a walk each', () => {
  const { when, sees, walked } = given({ main: 'a' });
  when({ type: 'session' });
  const names = Array.from({ length: 1_000 }, (_, index) => `branch-${index}`);
  let { walk, publish } = sees(...names.map((name) => tip(name, 'c', 'b')));
  let walks = 0;
  for (; walk !== null; walks += 1) ({ walk, publish } = walked(null));
  expect(walks).toBeLessThan(110);
  expect(publish).toHaveLength(1_000);
});

test('what bounds the walk of a renamed branch is kept until that walk succeeds', () => {
  const { when, sees, walked, accepted } = given({ main: 'a', old: 'b' });
  when({ type: 'session' });
  sees(tip('main', 'c', 'a'), tip('new', 'e', 'd'));
  walked(null);
  expect(accepted('c').save?.behind).toEqual([id('b')]);
  const { walk } = sees(tip('main', 'c', 'a'), tip('new', 'e', 'd'));
  expect(walk).toMatchObject({ known: [id('c'), id('b')] });
  walked('de');
  accepted('d');
  expect(accepted('e').save?.behind).toBeNull();
});

test('--once does not call a look whole that left a branch out', () => {
  const positions = new Map([['main', id('a')]]);
  const { when, seesBroken } = givenKnown(
    { positions, behind: null, begun: null, trail: [] },
    { once: true },
  );
  when({ type: 'session' });
  expect(seesBroken('next', tip('main', 'a')).exit).toBe('usage');
});
