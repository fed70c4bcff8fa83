import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { eventually } from '../support/eventually.js';
import { importCommits, type TestRepository, temporaryFolder } from '../support/git.js';
import { open, trio } from '../support/observed.js';

afterEach(() => vi.unstubAllEnvs());

const revList = (tip: Commit, ...known: Commit[]) => ({ tips: [tip], known, earlier: [] });

/** All that belongs to the clone's user, as text. */
function belongings({ path, git }: TestRepository): string {
  const refs = git('for-each-ref').split('\n');
  const file = (name: string) => {
    const whole = join(path, '.git', name);
    return existsSync(whole) ? readFileSync(whole, 'latin1') : 'none';
  };
  return JSON.stringify([
    refs.filter((line) => !line.includes('refs/trivet/')),
    ['HEAD', 'index', 'FETCH_HEAD', 'ORIG_HEAD', 'config', 'packed-refs'].map(file),
    readdirSync(path),
    git('status', '--porcelain'),
    git('reflog', 'show', '--all'),
  ]);
}

describe.each(['direct', 'fetch'] as const)('a remote read by way of %s', (way) => {
  test('a push is seen with its author and subject, and the clone stays as it was', async () => {
    const { author, first, clone } = trio(way);
    writeFileSync(join(clone.path, 'unfinished work'), 'mine');
    const before = belongings(clone);
    const repository = await open(clone);
    expect((await repository.poll()).tips.map((tip) => tip.commit)).toEqual([first]);

    const second = author.commit('Fix: "the" ünïcode %s \' $(parser)', { 'a.txt': '1' });
    author.push();
    expect((await repository.poll()).tips).toEqual([
      {
        branch: 'main',
        commit: second,
        parents: [first],
        author: 'Ada',
        subject: 'Fix: "the" ünïcode %s \' $(parser)',
      },
    ]);
    expect(belongings(clone)).toBe(before);
  });

  test('several commits and a merge come oldest first, parents before children', async () => {
    const { author, first, clone } = trio(way);
    const repository = await open(clone);
    author.git('checkout', '-q', '-b', 'side');
    const side = author.commit('side', { side: '1' });
    author.git('checkout', '-q', 'main');
    const main = author.commit('main', { main: '1' });
    author.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    author.push('main');
    const [tip] = (await repository.poll()).tips;
    const found = await repository.revList(revList(tip?.commit as Commit, first));
    expect(found.map(({ subject }) => subject)).toHaveLength(3);
    expect(new Set(found.slice(0, 2).map(({ commit }) => commit))).toEqual(new Set([side, main]));
    expect(found[2]).toEqual(expect.objectContaining({ subject: 'merge', parents: [main, side] }));
  });

  test('A42: after a force-push the new side is found, and the old one is left', async () => {
    const { author, first, clone } = trio(way);
    const repository = await open(clone);
    const old = author.commit('old');
    author.push();
    await repository.poll();
    author.git('reset', '-q', '--hard', first);
    const other = author.commit('other');
    const next = author.commit('next');
    author.git('push', '-q', '--force', 'origin', 'main');
    expect((await repository.poll()).tips[0]?.commit).toBe(next);
    const found = await repository.revList(revList(next, old));
    expect(found.map(({ commit }) => commit)).toEqual([other, next]);
  });

  test('branches come and go; only those that the globs name are seen', async () => {
    const { author, clone } = trio(way);
    const names = ['feature/ünï-%s', 'feature/deep/x', 'it\'s-"quoted"', '__proto__'];
    for (const name of names) author.push(`HEAD:refs/heads/${name}`);
    const all = await open(clone);
    const seen = async (repository = all) =>
      (await repository.poll()).tips.map(({ branch }) => branch);
    expect(new Set(await seen())).toEqual(new Set([...names, 'main']));
    expect(await seen(await open(clone, ['feature/*', 'main']))).toEqual([
      'main',
      'feature/ünï-%s',
    ]);
    expect(await seen(await open(clone, ['feature/**']))).toHaveLength(2);
    author.git('push', '-q', 'origin', '--delete', 'feature/deep/x');
    // A branch may take the name of a folder that another one left.
    author.push('HEAD:refs/heads/feature/deep');
    expect(await seen()).toContain('feature/deep');
    expect(await seen()).not.toContain('feature/deep/x');
  });

  test('packed refs are read like loose ones', async () => {
    const { remote, first, clone } = trio(way);
    remote.git('pack-refs', '--all');
    expect((await (await open(clone)).poll()).tips[0]?.commit).toBe(first);
  });

  test('A43: a remote that is away is a fault with a reason; when it is back, all is well', async () => {
    const { remote, first, clone } = trio(way);
    const repository = await open(clone);
    await repository.poll();
    renameSync(remote.path, `${remote.path}-away`);
    await expect(repository.poll()).rejects.toThrow(/remote|does not appear/);
    renameSync(`${remote.path}-away`, remote.path);
    expect((await repository.poll()).tips[0]?.commit).toBe(first);
  });

  test('A44: spaces and quotes in the path do no harm', async () => {
    const path = join(temporaryFolder(), 'the lecturer\'s  "clone" $HOME');
    const { first, clone } = trio(way, path);
    expect((await (await open(clone)).poll()).tips[0]?.commit).toBe(first);
  });

  test('A45: a hostile git configuration changes nothing, runs nothing', async () => {
    const { author, first, clone } = trio(way);
    const home = temporaryFolder();
    const mark = join(home, 'mark');
    const script = join(home, 'script');
    writeFileSync(script, `#!/bin/sh\ntouch '${mark}'\nexit 1\n`);
    chmodSync(script, 0o755);
    for (const hook of ['reference-transaction', 'post-checkout', 'post-merge']) {
      mkdirSync(join(home, 'hooks'), { recursive: true });
      writeFileSync(join(home, 'hooks', hook), readFileSync(script));
      chmodSync(join(home, 'hooks', hook), 0o755);
    }
    const lines = [
      '[format]\n pretty = oneline',
      '[log]\n showSignature = true\n date = relative\n decorate = full',
      `[core]\n hooksPath = ${home}/hooks\n fsmonitor = ${script}\n pager = ${script}\n quotePath = true`,
      '[color]\n ui = always',
      '[fetch]\n prune = false\n recurseSubmodules = true\n writeCommitGraph = true',
      '[remote "origin"]\n tagOpt = --tags\n prune = true\n fetch = +refs/heads/*:refs/heads/hijack/*',
      '[i18n]\n logOutputEncoding = ISO-8859-1',
      '[diff]\n renames = copies',
    ];
    writeFileSync(join(home, '.gitconfig'), lines.join('\n'));
    vi.stubEnv('HOME', home);
    vi.stubEnv('GIT_DIR', '/nonexistent');

    const before = belongings(clone);
    const second = author.commit('second');
    const third = author.commit('thïrd word');
    author.git('tag', 'v1');
    author.push('main', 'v1');
    const repository = await open(clone);
    expect((await repository.poll()).tips.map(({ commit }) => commit)).toEqual([third]);
    expect(await repository.revList(revList(third, first))).toEqual([
      { commit: second, parents: [first], author: 'Ada', subject: 'second' },
      { commit: third, parents: [second], author: 'Ada', subject: 'thïrd word' },
    ]);
    expect(existsSync(mark)).toBe(false);
    expect(belongings(clone)).toBe(before);
  });

  test('ten thousand commits at once are found, oldest first', async () => {
    const { remote, author, first, clone } = trio(way);
    importCommits(remote, 'import', 10_000);
    author.commit('second');
    author.push();
    const repository = await open(clone);
    const imported = (await repository.poll()).tips.find(({ branch }) => branch === 'import');
    const found = await repository.revList(revList(imported?.commit as Commit, first));
    expect(found).toHaveLength(10_000);
    expect(found[0]?.subject).toBe('commit 1');
    expect(found.at(-1)?.commit).toBe(imported?.commit);
  });

  test('when what was known is gone, what is left bounds the rev-list; nothing left, no rev-list', async () => {
    const { author, first, clone } = trio(way);
    const repository = await open(clone);
    const second = author.commit('second');
    author.push();
    await repository.poll();
    const lost = 'f'.repeat(40) as Commit;
    const found = await repository.revList(revList(second, lost, first));
    expect(found.map(({ commit }) => commit)).toEqual([second]);
    expect(await repository.revList(revList(second, lost))).toEqual([]);
  });
});

test('a clone that only the observer fetches into is tended, as its settings let git do it', async () => {
  const { author, clone } = trio('fetch');
  // So that git does not hide what came twice: each fetch is a pack.
  clone.git('config', 'fetch.unpackLimit', '1');
  clone.git('config', 'gc.autoPackLimit', '2');
  const repository = await open(clone);
  for (let pushes = 0; pushes < 7; pushes += 1) {
    author.commit(`push ${pushes}`);
    author.push();
    await repository.poll();
  }
  const packs = () => Number(/^packs: (\d+)$/m.exec(clone.git('count-objects', '-v'))?.[1]);
  await eventually('most packs are one', () => packs() < 5);
  expect((await repository.poll()).tips).toHaveLength(1);
});
