import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findSource } from '../../src/observer/source.js';
import { openClone, repositoryName } from '../../src/world/clone.js';
import { UsageError } from '../../src/world/exit.js';
import { makeBare, makeClone, makeRepository, temporaryFolder, userSets } from '../support/git.js';

const nameAt = async (path: string) => repositoryName(await openClone(path));

test('a clone is called after its origin, whatever its own folder is called', async () => {
  const folder = temporaryFolder();
  const { path } = makeRepository(join(folder, 'origin'));
  expect(await nameAt(path)).toBe('origin');
  const clone = makeClone(path, join(folder, 'clone'));
  expect(await nameAt(clone.path)).toBe('origin');
  for (const url of ['git@example.com:team/demo.git', 'https://example.com/demo/', '../demo.git']) {
    clone.git('remote', 'set-url', 'origin', url);
    expect(await nameAt(clone.path)).toBe('demo');
  }
});

test('clones of one remote are one repository, whatever they call that remote', async () => {
  const { path } = makeRepository(join(temporaryFolder(), 'app'));
  const clone = makeClone(path);
  clone.git('remote', 'rename', 'origin', 'upstream');
  expect(await nameAt(clone.path)).toBe('app');
  clone.git('remote', 'add', 'fork', '../fork.git');
  expect(await nameAt(clone.path)).toBe('clone');
});

test('a bare repository is called after itself, and its clones after it', async () => {
  const folder = temporaryFolder();
  const skeleton = makeRepository(join(folder, 'skeleton'));
  const bare = join(folder, 'alice.git');
  skeleton.git('clone', '-q', '--bare', skeleton.path, bare);
  expect(await nameAt(bare)).toBe('alice');
  expect(await nameAt(makeClone(bare).path)).toBe('alice');

  const hidden = join(folder, 'carol', '.git');
  skeleton.git('clone', '-q', '--bare', skeleton.path, hidden);
  expect(await nameAt(hidden)).toBe('carol');
});

test('names of any script are names, and what the wire does not take stays readable and apart', async () => {
  const folder = temporaryFolder();
  const named = (name: string) => nameAt(makeRepository(join(folder, name)).path);
  const names = ['проект', 'работа', 'my project', 'my_pröject', 'my_projèct', 'a'.repeat(101)];
  const found = await Promise.all(names.map(named));
  expect(found).toEqual([
    'проект',
    'работа',
    expect.stringMatching(/^my-project-[0-9a-f]{8}$/),
    'my_pröject',
    'my_projèct',
    expect.stringMatching(/^a{91}-[0-9a-f]{8}$/),
  ]);
  expect(new Set(found).size).toBe(names.length);
  expect(await named('my-project')).toBe('my-project');
});

test('a clone of a repository with such a name has the same, however it is spelled', async () => {
  const folder = temporaryFolder();
  const { path } = makeRepository(join(folder, 'pröject'.normalize('NFC')));
  const clone = makeClone(path);
  expect(await nameAt(clone.path)).toBe(await nameAt(path));
  clone.git('remote', 'set-url', 'origin', `${folder}/${'pröject'.normalize('NFD')}.git`);
  expect(await nameAt(clone.path)).toBe(await nameAt(path));
});

test('a repository that git does not touch, as another user’s, is called so, with git’s remedy', async () => {
  const { path } = makeRepository();
  const bin = temporaryFolder();
  const remedy = `git config --global --add safe.directory ${path}`;
  const words = `fatal: detected dubious ownership in repository at '${path}'`;
  const git = join(bin, 'git');
  writeFileSync(git, `#!/bin/sh\nprintf '%s\\n' "${words}" "" "	${remedy}" >&2\nexit 128\n`);
  chmodSync(git, 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const refused = expect(openClone(path)).rejects;
  await refused.toThrow(`cannot be used as a clone: ${words} ${remedy}`);
});

test('a path may hold any character, also a line break, or a blank at its end', async () => {
  const folder = temporaryFolder();
  for (const name of ['two\nlines', 'blank ', 'sha1\nfalse\n']) {
    const { path } = makeRepository(join(folder, name));
    const gitDir = join(path, '.git');
    expect(await openClone(path)).toMatchObject({ path, gitDir, objects: join(gitDir, 'objects') });
    expect(await findSource(path)).toMatchObject({ path, gitFolder: gitDir });
  }
});

test('a bare repository is taken where the user wants none but those that are named', async () => {
  userSets('[safe]\nbareRepository = explicit\n');
  const { path } = makeBare(join(temporaryFolder(), 'demo.git'));
  expect(await openClone(path)).toMatchObject({ path, gitDir: path });
});

test('a path that cannot be followed is refused with a sentence', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  await expect(openClone(join(folder, 'file', 'clone'))).rejects.toThrow(UsageError);
});
