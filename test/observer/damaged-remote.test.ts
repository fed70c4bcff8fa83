import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Poll } from '../../src/observer/core/news.js';
import { makeClone } from '../support/git.js';
import { open, trio } from '../support/observed.js';

const names = ({ tips, broken }: Poll) => [tips, broken].map((all) => all.map((b) => b.branch));

/** A far remote with these branches too, each at a commit of its own. */
function withBranches(...branches: string[]) {
  const scene = trio('fetch');
  for (const branch of branches) {
    scene.author.git('checkout', '-q', '-b', branch, 'main');
    scene.author.commit(branch);
    scene.author.push(`HEAD:refs/heads/${branch}`);
  }
  const refAt = (branch: string) => join(scene.remote.path, 'refs/heads', branch);
  // No git pushes to a remote that is damaged.
  const move = (branch: string, to: string) => writeFileSync(refAt(branch), `${to}\n`);
  return { ...scene, refAt, move };
}

test('a branch of a far remote whose file a power cut emptied is named; the others go on', async () => {
  const { remote, clone, refAt, move } = withBranches('a/other', 'b');
  const repository = await open(clone);
  expect(names(await repository.poll())).toEqual([['main', 'a/other', 'b'], []]);
  const anew = makeClone(`file://${remote.path}`);
  writeFileSync(refAt('a/other'), '');
  const second = remote.git('rev-parse', 'b');
  move('main', second);
  move('c', second);
  rmSync(refAt('b'));
  const poll = await repository.poll();
  expect(names(poll)).toEqual([['main', 'c'], ['a/other']]);
  expect(poll.tips[0]?.commit).toBe(second);
  expect(poll.broken[0]?.reason).toBe('the remote has it at no commit');
  // At the first sight too; and who does not watch it does not hear of it.
  expect(names(await (await open(anew)).poll())).toEqual([['main', 'c'], ['a/other']]);
  for (const globs of [
    ['main', 'a'],
    ['ma[hi]n', 'a/*'],
    ['mai?', '**/other'],
  ]) {
    expect(names(await (await open(anew, globs)).poll())).toEqual([['main'], ['a/other']]);
  }
  for (const globs of [['main'], ['main', '*other'], ['ma[!a]n', 'other']]) {
    expect(names(await (await open(anew, globs)).poll())).toEqual([['main'], []]);
  }
  move('a/other', second);
  expect(names(await repository.poll())).toEqual([['main', 'a/other', 'c'], []]);
});

test('a lock that a killed git left on a ref of ours holds up its branch, until it is old', async () => {
  const { author, clone } = withBranches('a', 'b');
  const repository = await open(clone);
  await repository.poll();
  const locks = ['main', 'b'].map((branch) =>
    join(clone.path, '.git/refs/trivet/refs/heads', `${branch}.lock`),
  );
  const later = author.commit('later');
  author.push(...['main', 'a', 'b'].map((branch) => `+HEAD:refs/heads/${branch}`));
  for (const lock of locks) writeFileSync(lock, '');
  expect(names(await repository.poll())).toEqual([['a'], ['b', 'main']]);
  const yesterday = Date.now() / 1_000 - 86_400;
  for (const lock of locks) utimesSync(lock, yesterday, yesterday);
  const { tips } = await repository.poll();
  expect(tips.map(({ commit }) => commit)).toEqual([later, later, later]);
});

test('a branch whose commit is missing there, or damaged, is named until it is mended', async () => {
  const { remote, clone, move } = withBranches('a', 'b', 'c', 'd', 'e');
  const damaged = remote.git('rev-parse', 'c');
  const object = join(remote.path, 'objects', damaged.slice(0, 2), damaged.slice(2));
  const bytes = execFileSync('cat', [object]);
  chmodSync(object, 0o644);
  writeFileSync(object, 'no object');
  move('d', '12345678'.repeat(5));
  const repository = await open(clone);
  for (let polls = 0; polls < 2; polls += 1) {
    const poll = await repository.poll();
    expect(names(poll)).toEqual([
      ['main', 'a', 'b', 'e'],
      ['c', 'd'],
    ]);
    expect(poll.broken[1]?.reason).toMatch(/not our ref 12345678/);
  }
  writeFileSync(object, bytes);
  move('d', damaged);
  expect(names(await repository.poll())[1]).toEqual([]);
});

test('a remote that is away is still away, and no branch is to blame', async () => {
  const { remote, clone } = withBranches('a');
  const repository = await open(clone);
  await repository.poll();
  rmSync(remote.path, { recursive: true });
  await expect(repository.poll()).rejects.toThrow(/does not appear/);
});
