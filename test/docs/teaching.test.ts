/**
 * Owns the promise that what docs/teaching.md and the tour have teachers and students start is there.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarios } from '../../src/lab/scenarios/all.js';
import { plantedInShell } from '../simulation/planted-in-shell.js';

const tour = readdirSync('docs/tour').filter((name) => name.endsWith('.md'));
const paths = ['docs/teaching.md', 'README.md', ...tour.map((name) => `docs/tour/${name}`)];
const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');

test('every scenario that they begin is one of the lab', () => {
  const begun = [...text.matchAll(/--scenario ([a-z-]+)/g)].map(([, name]) => name);
  expect(begun.length).toBeGreaterThan(5);
  expect(scenarios.map(({ name }) => name)).toEqual(expect.arrayContaining(begun));
});

test('every experiment that they run is there, and every bug that they plant', () => {
  const run = [...text.matchAll(/npx tsx (\S+\.ts)/g)].map(([, path = '']) => path);
  expect(run.length).toBeGreaterThan(3);
  expect(run.filter((path) => !existsSync(path))).toEqual([]);
  for (const [, part = ''] of text.matchAll(/plant\.ts '(.+?)'/g)) {
    expect(plantedInShell.filter(({ name }) => name.includes(part))).toHaveLength(1);
  }
});
