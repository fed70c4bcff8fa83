/**
 * A suite may do anything to its tree, its repository included, and a git may be killed at work
 * there; none of it reaches the next run.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { checkoutOf, git, textOf, twoCommits } from '../support/checkouts.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

test('A47: what a suite leaves is gone: changes, ignored files, nested repositories', async () => {
  const { clone, author } = twoCommits();
  const commit = author.commit('ignore', { '.gitignore': 'built\n' });
  author.push();
  const checkout = await checkoutOf(clone);
  await checkout.at(commit);
  writeFileSync(join(checkout.folder, 'a.txt'), 'changed');
  writeFileSync(join(checkout.folder, 'built'), 'ignored');
  makeRepository(join(checkout.folder, 'nested', 'deep')).commit('inner', { x: 'x' });
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', '.gitignore', 'a.txt']);
  expect(git(checkout, 'status', '--porcelain', '--ignored')).toBe('');
});

test('what a suite does to its own repository is undone, and never reaches the clone', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  git(checkout, 'checkout', '-q', '-b', 'mine');
  git(checkout, 'config', 'core.worktree', '/tmp');
  mkdirSync(join(checkout.folder, '.git', 'hooks'), { recursive: true });
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(git(checkout, 'branch', '--list')).toBe('* (no branch)');
  expect(textOf(checkout)).toBe('two');
  expect(clone.git('branch', '--list')).toBe('* main');
});

test('a suite that replaces its repository by a link to the clone does the clone no harm', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  const gitDir = join(checkout.folder, '.git');
  execFileSync('sh', [
    '-c',
    'rm -rf "$1" && ln -s "$2" "$1"',
    'sh',
    gitDir,
    join(clone.path, '.git'),
  ]);
  checkout.clean();
  expect(await checkout.at(first)).toBeNull();
  expect(clone.git('rev-parse', 'HEAD')).toBe(second);
});

test('an index.lock left by a killed git does not stop the next run', async () => {
  const { clone, first, second } = twoCommits();
  const folder = join(temporaryFolder(), 'tree');
  await (await checkoutOf(clone, folder)).at(first);
  writeFileSync(join(folder, '.git', 'index.lock'), '');
  const next = await checkoutOf(clone, folder);
  expect(await next.at(second)).toBeNull();
  expect(textOf(next)).toBe('two');
});

test('a tree that is broken beyond use is made anew', async () => {
  const { clone, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(second);
  writeFileSync(join(checkout.folder, '.git', 'index'), 'not an index');
  expect(await checkout.at(second)).toBeNull();
  expect(git(checkout, 'status', '--porcelain')).toBe('');
});

test.each(['--assume-unchanged', '--skip-worktree'])(
  'A1: what a suite tells the index (%s) does not hide its change from the next run',
  async (flag) => {
    const { clone, author, second } = twoCommits();
    const third = author.commit('three', { 'b.txt': 'three' });
    author.push();
    const checkout = await checkoutOf(clone);
    await checkout.at(second);
    git(checkout, 'update-index', flag, 'a.txt');
    writeFileSync(join(checkout.folder, 'a.txt'), 'not as it was committed');
    checkout.clean();
    expect(await checkout.at(third)).toBeNull();
    expect(textOf(checkout)).toBe('two');
  },
);

test('A1: an object that a suite made under the name of another is not believed', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  const objects = join(checkout.folder, '.git', 'objects');
  const [name, other] = ['two', 'evil'].map((text) => {
    writeFileSync(join(checkout.folder, 'text'), text);
    const id = git(checkout, 'hash-object', ...(text === 'evil' ? ['-w'] : []), 'text');
    return { folder: join(objects, id.slice(0, 2)), file: id.slice(2) };
  });
  if (name === undefined || other === undefined) throw new Error('two objects');
  mkdirSync(name.folder, { recursive: true });
  copyFileSync(join(other.folder, other.file), join(name.folder, name.file));
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
});

test('a suite that leaves folders too deep for a path, or read-only ones, spoils no later run', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(first)).toBeNull();
  const deep = 'for i in $(seq 600); do mkdir a-folder && cd -P a-folder || exit 1; done';
  const readOnly = 'mkdir -p module/cache && touch module/cache/file && chmod -R a-w module';
  execFileSync('bash', ['-c', `${readOnly} && ${deep}`], { cwd: checkout.folder });
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
});

test('a repository that a suite made of a folder of the commit is gone, and the folder with its commit', async () => {
  const { clone, author, first } = twoCommits();
  const commit = author.commit('a folder', { 'src/a': 'a' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();
  const makeOne = () => execFileSync('git', ['init', '-q', join(checkout.folder, 'src')]);
  makeOne();
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(readdirSync(join(checkout.folder, 'src'))).toEqual(['a']);
  makeOne();
  checkout.clean();
  expect(await checkout.at(first)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
});

test('what a suite leaves where the commit names a repository without a place to have it is gone', async () => {
  const { clone, author } = twoCommits();
  author.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},stray`);
  author.git('commit', '-qm', 'a stray link');
  const commit = author.git('rev-parse', 'HEAD') as Commit;
  author.push();
  const checkout = await checkoutOf(clone);
  for (const _ of ['once', 'again']) {
    expect(await checkout.at(commit)).toBeNull();
    expect(readdirSync(join(checkout.folder, 'stray'))).toEqual([]);
    writeFileSync(join(checkout.folder, 'stray', 'left'), '');
    checkout.clean();
  }
});

test('folders are no longer those of a group where a suite made them so', async () => {
  const { clone, author } = twoCommits();
  const commit = author.commit('a folder', { 'src/a': 'a' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();
  chmodSync(join(checkout.folder, 'src'), 0o2755);
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(statSync(join(checkout.folder, 'src')).mode & 0o7777).toBe(0o755);
});
