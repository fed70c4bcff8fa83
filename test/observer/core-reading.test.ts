import { expect, test } from 'vitest';
import { walkCommitsMax } from '../../src/observer/news.js';
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
  const { when, sees, walked } = given({ main: 'a' });
  when({ type: 'session' });
  const { walk } = sees(tip('main', 'c', 'b'), tip('alice', 'd', 'c'));
  expect(walk?.tips).toEqual([id('c')]);
  expect(belonging(walked('bc'))).toEqual([
    ['b', 'main'],
    ['c', 'main'],
    ['d', 'alice'],
  ]);
});

test('of two branches, one upon the other, each has its own commits, whatever they are called', () => {
  const { when, sees, walked } = given({ main: 'a' });
  when({ type: 'session' });
  sees(tip('main', 'a'), tip('0', 'f', 'a'), tip('1-upper', 'e', 'd'), tip('2-lower', 'c', 'b'));
  expect(belonging(walked('bcde')).slice(0)).toEqual([
    ['b', '2-lower'],
    ['c', '2-lower'],
    ['d', '1-upper'],
    ['e', '1-upper'],
  ]);
});

test('the first branch is handed over while the others are still being read', () => {
  const { when, sees, walked, accepted } = given({ main: 'a' });
  when({ type: 'session' });
  sees(tip('main', 'c', 'b'), tip('x', 'e', 'd'), tip('y', 'f', 'd'));
  const main = walked('bc');
  expect([sent(main), told(main)]).toEqual(['bc', ['found']]);
  expect(main.walk).toEqual({ tips: [id('e'), id('f')], known: [id('a')], earlier: [id('c')] });
  accepted('b');
  expect(saved(accepted('c'))).toEqual({ main: 'c' });
  const found = [described('d', 'c'), described('e', 'd'), described('f', 'd')];
  expect(sent(when({ type: 'walked', found }))).toBe('def');
});

test('a branch at what was accepted meanwhile advances without being handed over', () => {
  const { when, sees, walked, accepted } = given({ main: 'a' });
  when({ type: 'session' });
  sees(tip('main', 'b', 'a'), tip('same', 'b', 'a'), tip('x', 'd', 'c'));
  accepted('b');
  const outcome = walked('cd');
  expect([sent(outcome), saved(outcome)]).toEqual(['cd', { main: 'b', same: 'b' }]);
});

test('thousands of branches cost a walk for a thousand of them, not one each', () => {
  const { when, sees } = given({ main: 'a' });
  when({ type: 'session' });
  const tips = Array.from({ length: 3_001 }, (_, index) => ({
    ...described('f'),
    branch: `bot/${index}`,
    commit: commit(index + 1),
    parents: [id('e')],
  }));
  let { walk } = sees(...tips);
  const sizes: number[] = [];
  while (walk !== null) {
    sizes.push(walk.tips.length);
    const found = tips.filter(({ commit }) => walk?.tips.includes(commit as Commit));
    ({ walk } = when({ type: 'walked', found }));
  }
  expect(sizes).toEqual([1, 1_000, 1_000, 1_000]);
});

test('a push of more commits than one walk finds is said to be cut short', () => {
  const { when, sees } = given({ main: 'a' });
  sees(tip('main', 'c', 'b'));
  const found = [...Array(walkCommitsMax - 1).fill(described('b')), described('c', 'b')];
  expect(told(when({ type: 'walked', found }))).toEqual(['found', 'cut-short']);
});

test('it does not cut short the branches that shared its walk: those are walked again', () => {
  const { when, sees, walked } = given({ main: 'a' });
  when({ type: 'session' });
  sees(tip('main', 'a'), tip('0', 'f', 'a'), tip('big', 'c', 'b'), tip('small', 'e', 'd'));
  const found = Array(walkCommitsMax).fill(described('b'));
  expect(when({ type: 'walked', found }).walk).toMatchObject({ tips: [id('c')] });
  expect(when({ type: 'walked', found: line('bc') }).walk).toMatchObject({ tips: [id('e')] });
  expect(sent(walked('de'))).toBe('de');
});
