/**
 * Clones that do not hold everything themselves: partial ones, shallow ones, those that borrow.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Checkout } from '../../src/test-runner/checkout/checkout.js';
import { objectFolders } from '../../src/test-runner/checkout/repository.js';
import { openClone } from '../../src/world/clone.js';
import { makeRemote, makeRepository, temporaryFolder } from '../support/git.js';

test.each(['blob:none', 'tree:0'])(
  'a partial clone (%s) is tested, and what it lacked is fetched once, into the clone',
  async (filter) => {
    const { url, author, commits, remote } = threeCommits();
    const path = cloned(['--filter', filter, '--no-checkout'], url);
    const checkout = await checkoutOf(path);
    for (const commit of commits) {
      expect(await checkout.at(commit)).toBeNull();
      expect(git(checkout.folder, 'status', '--porcelain')).toBe('');
      checkout.clean();
    }
    const next = author.commit('four', { 'a.txt': 'four' });
    author.push();
    expect(await checkout.at(next)).toBeNull();
    expect(readFileSync(join(checkout.folder, 'a.txt'), 'utf8')).toBe('four');
    expect(git(checkout.folder, 'log', '--format=%s', '--stat')).toContain('three');

    // Nothing is left to be asked of the remote.
    checkout.clean();
    remote.git('config', 'uploadpack.allowAnySHA1InWant', 'false');
    git(path, 'remote', 'set-url', 'origin', 'file:///nonexistent');
    const later = await checkoutOf(path);
    expect(await later.at(next)).toBeNull();
  },
);

test('an unknown commit is handed back by a partial clone as well', async () => {
  const { url } = threeCommits();
  const checkout = await checkoutOf(cloned(['--filter=blob:none'], url));
  const unknown = 'd'.repeat(40) as Parameters<Checkout['at']>[0];
  expect(await checkout.at(unknown)).toMatchObject({ reason: 'unknown-commit' });
});

test('the history in a shallow clone’s slot ends where the clone’s does, as that is deepened', async () => {
  const { url, commits, author } = threeCommits();
  const path = cloned(['--depth', '1'], url);
  const checkout = await checkoutOf(path);
  const [, , three] = commits;
  if (three === undefined) throw new Error('three commits');
  const history = () => git(checkout.folder, 'log', '--format=%s').split('\n');
  expect(await checkout.at(three)).toBeNull();
  expect(history()).toEqual(['three']);
  checkout.clean();

  const four = author.commit('four');
  author.push();
  expect(await checkout.at(four)).toBeNull();
  expect(history()).toEqual(['four', 'three']);
  checkout.clean();

  git(path, 'fetch', '-q', '--unshallow');
  expect(await checkout.at(four)).toBeNull();
  expect(history()).toEqual(['four', 'three', 'two', 'one']);
});

test('the folders of objects are followed as far as clones borrow from one another', async () => {
  const { remote } = threeCommits();
  const base = cloned(['--shared'], remote.path);
  const top = cloned(['--shared'], base);
  git(top, 'remote', 'remove', 'origin');
  const folders = objectFolders(await openClone(top));
  expect(folders).toEqual([
    join(top, '.git', 'objects'),
    join(base, '.git', 'objects'),
    join(remote.path, 'objects'),
  ]);
});

test('folders that borrow from each other are followed no deeper than git would', async () => {
  const [one, other] = [makeRepository(), makeRepository()];
  for (const [borrower, lender] of [[one, other] as const, [other, one] as const]) {
    const file = join(borrower.path, '.git', 'objects', 'info', 'alternates');
    writeFileSync(file, `# a comment\n${join(lender.path, '.git', 'objects')}\n/nonexistent\n`);
  }
  expect(objectFolders(await openClone(one.path))).toHaveLength(2);
});

test('a relative submodule of a repository without an origin lies beside that repository', async () => {
  const folder = temporaryFolder();
  const library = makeRepository(join(folder, 'library'));
  library.commit('library', { 'lib.txt': 'version 1' });
  const repository = makeRepository(join(folder, 'demo'));
  repository.commit('one', { 'a.txt': 'one' });
  repository.git(
    ...['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', '../library', 'lib'],
  );
  const commit = repository.commit('with a library');
  const checkout = await checkoutOf(repository.path);
  expect(await checkout.at(commit)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
});

/** A remote that gives partial clones, and somebody who pushes to it. */
function threeCommits() {
  const { remote, author } = makeRemote();
  remote.git('config', 'uploadpack.allowFilter', 'true');
  remote.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  mkdirSync(join(author.path, 'folder'));
  const commits = ['one', 'two', 'three'].map((text) =>
    author.commit(text, { 'a.txt': text, 'folder/b.txt': `${text} too` }),
  );
  author.push();
  return { remote, author, commits, url: `file://${remote.path}` };
}

function cloned(options: readonly string[], url: string): string {
  const path = join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '-q', ...options, url, path], { stdio: 'pipe' });
  return path;
}

async function checkoutOf(path: string): Promise<Checkout> {
  const options = { guard: 'none-stands-here', tell: () => {} };
  const folder = join(temporaryFolder(), 'tree');
  const checkout = new Checkout(folder, await openClone(path), options);
  await checkout.settled();
  return checkout;
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, stdio: 'pipe' }).toString().trim();
}
