import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPositions } from '../../src/observer/position.js';
import type { Commit } from '../../src/protocol/ids.js';
import { temporaryFolder } from '../support/git.js';

const commit = 'a'.repeat(40) as Commit;
const nothing = { positions: new Map(), baseline: null, firstBaseline: null, trail: [] };

/** Opens, and lets go at once so that the next one may have it. */
function reopened(folder: string, repository = 'demo') {
  const positions = openPositions(folder, repository);
  positions.release();
  return positions.saved;
}

test('positions come back as they were saved, whatever the branches are called', () => {
  const folder = join(temporaryFolder(), 'made', 'as needed');
  expect(reopened(folder)).toBeNull();
  const positions = openPositions(folder, 'demo');
  const branches = ['main', '__proto__', "ü/%'"];
  const saved = {
    positions: new Map(branches.map((branch) => [branch, commit])),
    baseline: [commit],
    firstBaseline: [commit],
    trail: branches.map((branch) => ({ branch, from: null, to: commit, through: [commit] })),
  };
  positions.save(saved);
  positions.release();
  expect(reopened(folder)).toEqual(saved);
  expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('an empty repository on record is not the same as none', () => {
  const folder = temporaryFolder();
  const positions = openPositions(folder, 'demo');
  positions.save(nothing);
  positions.release();
  expect(reopened(folder)).toEqual(nothing);
});

test('two observers cannot keep their position in one folder', () => {
  const folder = temporaryFolder();
  const first = openPositions(folder, 'demo');
  expect(() => openPositions(folder, 'demo')).toThrow('Another observer');
  first.release();
  reopened(folder);
});

test.each([
  ['half a file', '{ "version": 1, "repos'],
  [
    'a commit that is none',
    '{"version":1,"repository":"demo","branches":[{"branch":"m","commit":"--x"}]}',
  ],
  ['a newer version', '{"version":2}'],
])('%s is refused in a sentence that says what to do', (_, text) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'observer.json'), text);
  expect(() => openPositions(folder, 'demo')).toThrow(/is damaged.*remove it/);
  expect(readFileSync(join(folder, 'observer.json'), 'utf8')).toBe(text);
});

test('the position of another repository is refused', () => {
  const folder = temporaryFolder();
  const positions = openPositions(folder, 'demo');
  positions.save({ ...nothing, positions: new Map([['main', commit]]) });
  positions.release();
  expect(() => openPositions(folder, 'other')).toThrow(/belongs to the repository "demo"/);
});

test('a folder that cannot be had is refused in a sentence', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => openPositions(join(file, 'state'), 'demo')).toThrow(/name another folder/);
});
