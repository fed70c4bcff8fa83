import { expect, test } from 'vitest';
import { revListCommitsMax } from '../../src/observer/core/news.js';
import type { Commit } from '../../src/protocol/ids.js';
import { commit } from '../support/commits.js';
import {
  described,
  given,
  id,
  line,
  saved,
  sent,
  tip,
  told,
} from '../support/observer-scenario.js';

type Sends = Parameters<typeof sent>[0];

const belonging = ({ send }: Sends) =>
  send.map(({ commit, description }) => [commit[0], description.branch]);

test('what several branches bring belongs to the first of them, and is not repeated', () => {
  const { when, sees, listed } = given({ main: 'a' });
  when({ kind: 'session' });
  const { revList } = sees(tip('main', 'c', 'b'), tip('alice', 'd', 'c'));
  expect(revList?.tips).toEqual([id('c')]);
  expect(belonging(listed('bc'))).toEqual([
    ['b', 'main'],
    ['c', 'main'],
    ['d', 'alice'],
  ]);
});

test('of two branches, one upon the other, each has its own commits, whatever they are called', () => {
  const { when, sees, listed } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(tip('main', 'a'), tip('0', 'f', 'a'), tip('1-upper', 'e', 'd'), tip('2-lower', 'c', 'b'));
  expect(belonging(listed('bcde')).slice(0)).toEqual([
    ['b', '2-lower'],
    ['c', '2-lower'],
    ['d', '1-upper'],
    ['e', '1-upper'],
  ]);
});

test('the first branch is handed over while the others are still being read', () => {
  const { when, sees, listed, accepted } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(tip('main', 'c', 'b'), tip('x', 'e', 'd'), tip('y', 'f', 'd'));
  const main = listed('bc');
  expect([sent(main), told(main)]).toEqual(['bc', ['found']]);
  expect(main.revList).toEqual({ tips: [id('e'), id('f')], known: [id('a')], earlier: [id('c')] });
  accepted('b');
  expect(saved(accepted('c'))).toEqual({ main: 'c' });
  const found = [described('d', 'c'), described('e', 'd'), described('f', 'd')];
  expect(sent(when({ kind: 'listed', found }))).toBe('def');
});

test('a branch at what was accepted meanwhile hands that over for itself, and advances with it', () => {
  const { when, sees, listed, accepted } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(tip('main', 'b', 'a'), tip('same', 'b', 'a'), tip('x', 'd', 'c'));
  expect(saved(accepted('b'))).toEqual({ main: 'b' });
  expect(sent(listed('cd'))).toBe('bcd');
  expect(saved(accepted('b'))).toEqual({ main: 'b', same: 'b' });
});

test('thousands of branches cost a rev-list for a thousand of them, not one each', () => {
  const { when, sees } = given({ main: 'a' });
  when({ kind: 'session' });
  const tips = Array.from({ length: 3_001 }, (_, index) => ({
    ...described('f'),
    branch: `bot/${index}`,
    commit: commit(index + 1),
    parents: [id('e')],
  }));
  let { revList } = sees(...tips);
  const sizes: number[] = [];
  while (revList !== null) {
    sizes.push(revList.tips.length);
    const found = tips.filter(({ commit }) => revList?.tips.includes(commit as Commit));
    ({ revList } = when({ kind: 'listed', found }));
  }
  expect(sizes).toEqual([1, 1_000, 1_000, 1_000]);
});

test('a push of more commits than one rev-list finds is said to be cut short', () => {
  const { when, sees } = given({ main: 'a' });
  sees(tip('main', 'c', 'b'));
  const found = [...Array(revListCommitsMax - 1).fill(described('b')), described('c', 'b')];
  expect(told(when({ kind: 'listed', found }))).toEqual(['found', 'cut-short']);
});

test('it does not cut short the branches that shared its rev-list: those are listed again', () => {
  const { when, sees, listed } = given({ main: 'a' });
  when({ kind: 'session' });
  sees(tip('main', 'a'), tip('0', 'f', 'a'), tip('big', 'c', 'b'), tip('small', 'e', 'd'));
  const found = Array(revListCommitsMax).fill(described('b'));
  expect(when({ kind: 'listed', found }).revList).toMatchObject({ tips: [id('c')] });
  expect(when({ kind: 'listed', found: line('bc') }).revList).toMatchObject({ tips: [id('e')] });
  expect(sent(listed('de'))).toBe('de');
});
