/**
 * Cleaning touches nothing outside of the checkout, whatever stands there in its place or in it.
 */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mountsIn } from '../../src/test-runner/checkout/ground.js';
import { checkoutOf, git, textOf, twoCommits } from '../support/checkouts.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

/** A checkout two folders deep, as the runner has it, and a folder that is none of its business. */
async function beside() {
  const commits = twoCommits();
  const checkout = await checkoutOf(commits.clone, join(temporaryFolder(), 'slots', '1', 'tree'));
  expect(await checkout.at(commits.first)).toBeNull();
  const victim = temporaryFolder();
  writeFileSync(join(victim, 'precious'), 'precious');
  return { ...commits, checkout, victim };
}

test('a tree that was exchanged for a link is made anew, and what the link leads to is left alone', async () => {
  const { checkout, victim, first, second } = await beside();
  for (const commit of [first, second]) {
    renameSync(checkout.folder, `${temporaryFolder()}/moved`);
    symlinkSync(victim, checkout.folder);
    checkout.clean();
    expect(await checkout.at(commit)).toBeNull();
    expect(textOf(checkout)).toBe(commit === first ? 'one' : 'two');
    expect(readdirSync(victim)).toEqual(['precious']);
  }
});

test('so is one that is exchanged between the cleaning and the next commit', async () => {
  const { checkout, victim, second } = await beside();
  checkout.clean();
  await checkout.settled();
  rmSync(checkout.folder, { recursive: true });
  symlinkSync(victim, checkout.folder);
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
  expect(readdirSync(victim)).toEqual(['precious']);
});

test.each([1, 2])('and one of which a folder above it, %i up, is a link now', async (levels) => {
  const { checkout, victim, second } = await beside();
  let above = checkout.folder;
  for (let level = 0; level < levels; level += 1) above = dirname(above);
  renameSync(above, join(temporaryFolder(), 'moved'));
  // Where the link leads, the same folders stand.
  const inside = checkout.folder.slice(above.length + 1);
  mkdirSync(join(victim, inside, '.git'), { recursive: true });
  writeFileSync(join(victim, inside, 'ours'), 'ours');
  symlinkSync(victim, above);
  checkout.clean();
  const refusal = await checkout.at(second);
  expect(refusal?.detail ?? '').toMatch(levels === 1 ? '' : /not a folder any more: remove/);
  expect(readFileSync(join(victim, inside, 'ours'), 'utf8')).toBe('ours');
  expect(readFileSync(join(victim, 'precious'), 'utf8')).toBe('precious');
});

test('a folder in which a suite may write no more is ours again', async () => {
  const { checkout, second } = await beside();
  chmodSync(dirname(checkout.folder), 0o500);
  expect(await checkout.at(second)).toBeNull();
  expect(statSync(dirname(checkout.folder)).mode & 0o777).toBe(0o700);
});

test('a file where the tree was gives way to one', async () => {
  const { checkout, second } = await beside();
  rmSync(checkout.folder, { recursive: true });
  writeFileSync(checkout.folder, 'a file');
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
});

test('a tree whose repository is gone is not taken for one of a repository above it', async () => {
  const above = makeRepository();
  above.commit('above', { kept: 'kept' });
  writeFileSync(join(above.path, 'untracked'), 'untracked');
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone, join(above.path, 'slots', '1', 'tree'));
  expect(await checkout.at(first)).toBeNull();
  rmSync(join(checkout.folder, '.git'), { recursive: true });
  mkdirSync(join(checkout.folder, '.git'));
  expect(await checkout.at(second)).toBeNull();
  expect(readFileSync(join(above.path, 'untracked'), 'utf8')).toBe('untracked');
});

test('a submodule whose settings name another work tree does not have that one cleaned', async () => {
  const library = makeRepository();
  library.commit('library', { 'lib.txt': 'lib' });
  const { clone, author, victim, checkout } = await beside();
  author.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.path, 'lib');
  const commit = author.commit('with a library');
  author.push();
  clone.git('fetch', '-q');
  expect(await checkout.at(commit)).toBeNull();
  git(checkout, 'config', '-f', '.git/modules/lib/config', 'core.worktree', victim);
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('lib');
  expect(readdirSync(victim)).toEqual(['precious']);
});

test('a file that has another name elsewhere keeps there what it holds and who may do what', async () => {
  const { checkout, victim, second } = await beside();
  const store = join(victim, 'package');
  writeFileSync(store, 'of a store');
  chmodSync(store, 0o444);
  mkdirSync(join(checkout.folder, 'closed'));
  linkSync(store, join(checkout.folder, 'closed', 'package'));
  linkSync(store, join(checkout.folder, '.git', 'hooked'));
  rmSync(join(checkout.folder, 'a.txt'));
  linkSync(store, join(checkout.folder, 'a.txt'));
  rmSync(join(checkout.folder, '.git', 'HEAD'));
  linkSync(store, join(checkout.folder, '.git', 'HEAD'));
  chmodSync(join(checkout.folder, 'closed'), 0o555);
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
  expect(statSync(store).mode & 0o777).toBe(0o444);
  expect(readFileSync(store, 'utf8')).toBe('of a store');
});

test('paths deeper than the system can name are removed, and a hard link in them is no other file’s end', async () => {
  const { checkout, victim, second } = await beside();
  const store = join(victim, 'package');
  writeFileSync(store, 'of a store');
  chmodSync(store, 0o444);
  const dig = 'd=$(printf %0100d 0); for i in $(seq 60); do mkdir $d && cd $d; done; ln "$1" x';
  execFileSync('sh', ['-c', dig, 'sh', store], { cwd: checkout.folder });
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
  expect(statSync(store).mode & 0o777).toBe(0o444);
});

const mayMount = (() => {
  const [from, to] = ['/tmp', '/mnt'];
  try {
    execFileSync('unshare', ['-m', 'mount', '--bind', from, to], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

test.runIf(mayMount).each(['mnt', 'a b\\c', '.'])(
  'what is mounted in a tree, at %s, is not cleaned away, and the tree with it moved aside',
  async (name) => {
    const { clone, checkout, victim, second } = await beside();
    const point = join(checkout.folder, name);
    mkdirSync(point, { recursive: true });
    mount(victim, point);
    const aside = `${checkout.folder}.unremovable-1`;
    onTestFinished(() => {
      for (const mounted of [...mountsIn(checkout.folder), ...mountsIn(aside)]) unmount(mounted);
    });
    checkout.clean();
    const refusal = await checkout.at(second);
    expect(readdirSync(victim)).toEqual(['precious']);
    if (name === '.') {
      expect(refusal?.detail).toMatch(/mounted|busy/);
      return;
    }
    expect(refusal).toBeNull();
    expect(textOf(checkout)).toBe('two');
    expect(mountsIn(aside)).toEqual([join(aside, name)]);
    // The next process leaves it alone, too.
    await checkoutOf(clone, checkout.folder);
    expect(readdirSync(victim)).toEqual(['precious']);
  },
);

test.runIf(mayMount).each([0, 1, 2])(
  'where something is mounted over a tree, or over a folder %i above it, nothing is done until it is gone',
  async (levels) => {
    const { checkout, victim, second } = await beside();
    let point = checkout.folder;
    for (let level = 0; level < levels; level += 1) point = dirname(point);
    chmodSync(victim, 0o775);
    mount(victim, point);
    onTestFinished(() => {
      for (const mounted of mountsIn(point)) unmount(mounted);
    });
    checkout.clean();
    const refusal = await checkout.at(second);
    expect(refusal?.detail).toBe(`something was mounted at ${point}: unmount it there`);
    expect(checkout.whyBlocked()).toBe(refusal?.detail);
    expect(readdirSync(victim)).toEqual(['precious']);
    expect(statSync(victim).mode & 0o777).toBe(0o775);
    unmount(point);
    checkout.clean();
    expect(await checkout.at(second)).toBeNull();
    expect(textOf(checkout)).toBe('two');
  },
);

function mount(from: string, to: string): void {
  execFileSync('mount', ['--bind', from, to]);
}

function unmount(point: string): void {
  execFileSync('umount', ['-l', point]);
}
