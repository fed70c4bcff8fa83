import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';
import { checkoutOf, git, textOf, twoCommits } from '../support/checkouts.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

const unknown = 'd'.repeat(40) as Commit;

test('A1: the second commit in a slot is the second commit', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(first)).toBeNull();
  expect(textOf(checkout)).toBe('one');
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
  expect(git(checkout, 'rev-parse', 'HEAD')).toBe(second);
});

test('A2: an unknown commit is handed back, never tested as another', async () => {
  const checkout = await checkoutOf(twoCommits().clone);
  expect(await checkout.at(unknown)).toMatchObject({ reason: 'unknown-commit' });
});

test('a remote that is away is told apart from a commit that is not there', async () => {
  const { clone } = twoCommits();
  clone.git('remote', 'set-url', 'origin', 'file:///nonexistent/repository.git');
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(unknown)).toMatchObject({ reason: 'could-not-fetch' });
});

test('A4: an option in place of a commit never reaches git', async () => {
  const checkout = await checkoutOf(twoCommits().clone);
  expect(parseCommit('--quiet')).toBeNull();
  await expect(checkout.at('--quiet' as Commit)).rejects.toThrow('not a commit');
});

test('A44: a path with spaces and quotes is a path like any other', async () => {
  const path = join(temporaryFolder(), 'a "clone" with # spaces');
  const { clone, second } = twoCommits({ path });
  const checkout = await checkoutOf(clone, join(temporaryFolder(), 'a tree'));
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
});

test('a commit that only the origin has needs no fetch where the origin is a local path', async () => {
  const { clone, remote, author } = twoCommits();
  const third = author.commit('three', { 'a.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(third)).toBeNull();
  expect(textOf(checkout)).toBe('three');
  expect(() => clone.git('cat-file', '-e', third)).toThrow();
  expect(remote.git('rev-parse', 'main')).toBe(third);
});

test('a commit that the clone lacks is fetched, and the clone keeps its refs and its tree', async () => {
  const { clone, remote, author, second } = twoCommits();
  clone.git('remote', 'set-url', 'origin', `file://${remote.path}`);
  const third = author.commit('three', { 'a.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(third)).toBeNull();
  expect(textOf(checkout)).toBe('three');
  expect(clone.git('rev-parse', 'HEAD', 'origin/main')).toBe(`${second}\n${second}`);
  expect(readFileSync(join(clone.path, 'a.txt'), 'utf8')).toBe('two');
  expect(existsSync(join(clone.path, '.git', 'FETCH_HEAD'))).toBe(false);
});

test('a sha256 repository is checked out like any other', async () => {
  const path = temporaryFolder();
  execFileSync('git', ['init', '-q', '-b', 'main', '--object-format=sha256', path]);
  const repository = makeRepository(path);
  const commit = repository.commit('one', { 'a.txt': 'one' });
  expect(commit).toHaveLength(64);
  const checkout = await checkoutOf(repository);
  expect(await checkout.at(commit)).toBeNull();
  expect(textOf(checkout)).toBe('one');
});

test('a file that two commits share is not written again', async () => {
  const { clone, author, second } = twoCommits();
  const third = author.commit('three', { 'b.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  await checkout.at(second);
  const before = statSync(join(checkout.folder, 'a.txt')).ino;
  checkout.clean();
  await checkout.at(third);
  expect(statSync(join(checkout.folder, 'a.txt')).ino).toBe(before);
});

test('A46: two slots of one clone hold two commits at once', async () => {
  const { clone, first, second } = twoCommits();
  const [one, two] = await Promise.all([checkoutOf(clone), checkoutOf(clone)]);
  expect(await Promise.all([one.at(first), two.at(second)])).toEqual([null, null]);
  expect([textOf(one), textOf(two)]).toEqual(['one', 'two']);
});
