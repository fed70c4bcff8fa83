import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findSource } from '../../src/observer/source.js';
import { openClone } from '../../src/world/clone.js';
import { gitFolderAt } from '../../src/world/git-folder.js';
import { makeClone, makeRepository, temporaryFolder } from '../support/git.js';
import { open } from '../support/observed.js';
import { originsOfEverySpelling } from '../support/origins.js';

test.each(originsOfEverySpelling)(
  'an origin on this machine is read where it lies: %s',
  async (_, make) => {
    const origin = make();
    const clone = makeClone(origin.url);
    clone.git('remote', 'set-url', 'origin', origin.url);
    expect((await openClone(clone.path)).originFolder).toBe(origin.folder);
    expect(await findSource(clone.path)).toMatchObject({ kind: 'direct' });
    const { tips } = await (await open(clone)).poll();
    expect(tips.map(({ commit }) => commit)).toContain(origin.commit);
  },
);

test('what is neither a folder of git nor points to one is none', () => {
  const folder = temporaryFolder();
  expect(gitFolderAt(folder)).toBeNull();
  expect(gitFolderAt(join(folder, 'missing'))).toBeNull();
  const { path } = makeRepository(join(folder, 'demo'));
  expect(gitFolderAt(path)).toBe(join(path, '.git'));
});

test('a link to a shared folder that cannot be read is left to git, which says so', () => {
  const { path } = makeRepository();
  mkdirSync(join(path, '.git', 'commondir'));
  expect(gitFolderAt(path)).toBe(join(path, '.git'));
});
