/**
 * What a runner whose origin is far fetches into its clone, and what becomes of that clone.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { checkoutOf } from '../support/checkouts.js';
import { makeClone, makeRemote, type TestRepository } from '../support/git.js';

test('only what is new is fetched, on each of several branches', async () => {
  const { author, clone, tested } = await scene();
  await tested(author.commit('large', manyFiles));
  author.git('checkout', '-q', '-b', 'feature');
  for (const branch of ['feature', 'main', 'feature', 'main']) {
    author.git('checkout', '-q', branch);
    const before = objectsIn(clone);
    await tested(author.commit(`small on ${branch}`, { [branch]: String(before) }));
    // A commit, its folder, its file, and what git writes to a pack beside them; not the 22 before.
    expect(objectsIn(clone) - before).toBeLessThan(8);
  }
});

test('no branch of the clone’s own moves, and of a line of history one ref is kept', async () => {
  const { author, clone, tested } = await scene();
  const before = clone.git('for-each-ref');
  await tested(author.commit('two'));
  const last = author.commit('three');
  await tested(last);
  const refs = clone.git('for-each-ref', '--format=%(refname)', 'refs/trivet');
  expect(refs).toBe(`refs/trivet/fetched/${last}`);
  clone.git('update-ref', '-d', refs);
  expect(clone.git('for-each-ref')).toBe(before);
});

test('of the ends of lines that nobody goes on with only so many are kept', async () => {
  const { author, clone, tested } = await scene();
  const ends = Array.from({ length: 120 }, (_, index) => index);
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: clone.path,
    input: ends.map((end) => deadEnd(end)).join(''),
  });
  const last = author.commit('two');
  await tested(last);
  const refs = clone.git('for-each-ref', '--format=%(refname)', 'refs/trivet').split('\n');
  expect(refs).toHaveLength(101);
  expect(refs).toContain(`refs/trivet/fetched/${last}`);
  expect(refs).toContain(nameOf(119));
  expect(refs).not.toContain(nameOf(0));
});

test('a clone that only runners fetch into is tended, as its settings let git do it', async () => {
  const { author, clone, tested } = await scene();
  clone.git('config', 'gc.autoPackLimit', '2');
  clone.git('config', 'maintenance.auto', 'false');
  for (const subject of ['two', 'three', 'four']) await tested(author.commit(subject));
  expect(packsIn(clone)).toBe(4);
  clone.git('config', '--unset', 'maintenance.auto');
  await tested(author.commit('five'));
  expect(packsIn(clone)).toBe(1);
});

test('upkeep that was killed long ago stands in the way of none, one that may go on does', async () => {
  const { author, clone, tested } = await scene();
  clone.git('config', 'gc.autoPackLimit', '2');
  const lock = join(clone.path, '.git', 'objects', 'maintenance.lock');
  writeFileSync(lock, '');
  for (const subject of ['two', 'three', 'four']) await tested(author.commit(subject));
  expect(packsIn(clone)).toBe(4);
  const yesterday = Date.now() / 1_000 - 86_400;
  utimesSync(lock, yesterday, yesterday);
  await tested(author.commit('five'));
  expect(packsIn(clone)).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('a remote is fetched from whatever it is called by now, and once there is one', async () => {
  const { author, clone, tested } = await scene();
  const [[, url = ''] = []] = [...clone.git('remote', '-v').matchAll(/\t(.+) \(fetch\)/g)];
  clone.git('remote', 'rename', 'origin', 'upstream');
  await tested(author.commit('two'));
  clone.git('remote', 'remove', 'upstream');
  clone.git('remote', 'add', 'origin', url);
  await tested(author.commit('three'));
});

/** A runner's clone of a remote that is far; `tested` is a commit once it was pushed and tested. */
async function scene() {
  const { remote, author } = makeRemote();
  author.commit('one', { 'a.txt': 'one' });
  author.push();
  const clone = makeClone(`file://${remote.path}`);
  // So that git does not hide what came twice: each fetch is a pack.
  clone.git('config', 'fetch.unpackLimit', '1');
  const checkout = await checkoutOf(clone);
  const tested = async (commit: Commit) => {
    author.push();
    expect(await checkout.at(commit)).toBeNull();
    checkout.clean();
    await checkout.settled();
  };
  return { author, clone, tested };
}

const manyFiles = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`file-${index}`, `content ${index}`]),
);

function objectsIn(clone: TestRepository): number {
  return countIn(clone, 'in-pack');
}

function packsIn(clone: TestRepository): number {
  return countIn(clone, 'packs');
}

function countIn({ git }: TestRepository, what: string): number {
  return Number(new RegExp(`^${what}: ([0-9]+)$`, 'm').exec(git('count-objects', '-v'))?.[1]);
}

function nameOf(end: number): string {
  return `refs/trivet/fetched/${String(end).padStart(40, '0')}`;
}

function deadEnd(end: number): string {
  const when = 1_700_000_000 + end;
  return `commit ${nameOf(end)}\ncommitter Ada <ada@example.com> ${when} +0000\ndata 1\nx\n\n`;
}
