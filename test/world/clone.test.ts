import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClone, repositoryName } from '../../src/world/clone.js';
import { makeClone, makeRepository, temporaryFolder } from '../support/git.js';

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
