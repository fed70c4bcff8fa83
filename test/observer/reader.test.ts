import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Reader } from '../../src/observer/reader.js';
import type { Commit } from '../../src/protocol/ids.js';
import { makeRepository, type TestRepository } from '../support/git.js';

const lost = '1234567890123456789012345678901234567890';

/** A repository with the branches main, one and two, each at a commit of its own. */
function threeBranches() {
  const repository = makeRepository();
  const commits = ['main', 'one', 'two'].map((branch) => {
    if (branch !== 'main') repository.git('checkout', '-q', '-b', branch);
    return repository.commit(branch);
  });
  return { repository, commits };
}

const poll = ({ path }: TestRepository, ...globs: string[]) =>
  new Reader(path).poll(
    'refs/',
    globs.length === 0 ? ['refs/heads/'] : globs.map((glob) => `refs/heads/${glob}`),
  );

const names = (branches: readonly { branch: string }[]) => branches.map(({ branch }) => branch);

test('a branch at a commit that is not there is named, and the others are read', async () => {
  const { repository, commits } = threeBranches();
  const whole = await poll(repository);
  expect(whole.tips.map(({ commit }) => commit)).toEqual(commits);
  writeFileSync(join(repository.path, '.git/refs/heads/broken'), `${lost}\n`);
  const reason = 'its commit 1234567 is missing or damaged';
  expect(await poll(repository)).toEqual({
    tips: whole.tips,
    broken: [{ branch: 'broken', reason }],
    head: 'two',
  });
  expect(await poll(repository, 'o*')).toEqual({ tips: [whole.tips[1]], broken: [], head: null });
});

test('so is one whose commit is damaged, and the only one', async () => {
  const { repository, commits } = threeBranches();
  const [, one = ''] = commits;
  const object = join(repository.path, '.git/objects', one.slice(0, 2), one.slice(2));
  chmodSync(object, 0o644);
  writeFileSync(object, '');
  const { tips, broken } = await poll(repository);
  expect([tips, broken].map(names)).toEqual([['main', 'two'], ['one']]);
  const alone = await poll(repository, 'one');
  expect([alone.tips, alone.broken].map(names)).toEqual([[], ['one']]);
});

test('so is one whose file is empty, as after a power cut, beside whatever else is broken', async () => {
  const { repository } = threeBranches();
  const empty = (branch: string) =>
    writeFileSync(join(repository.path, '.git/refs/heads', branch), '');
  empty('one');
  const { tips, broken } = await poll(repository);
  expect(names(tips)).toEqual(['main', 'two']);
  expect(broken).toEqual([{ branch: 'one', reason: 'its file is empty or damaged' }]);
  expect((await poll(repository, 'two', 't*o', 'on')).broken).toEqual([]);
  writeFileSync(join(repository.path, '.git/refs/heads/lost'), `${lost}\n`);
  expect(names((await poll(repository)).broken)).toEqual(['lost', 'one']);
});

test('a subject without an end is cut where it comes in, as on the wire', async () => {
  const repository = makeRepository();
  repository.commit('x'.repeat(100_000));
  const { tips } = await poll(repository);
  expect(tips[0]?.subject).toBe('x'.repeat(500));
  const [listed] = await new Reader(repository.path).revList([tips[0]?.commit as Commit], []);
  expect(listed?.subject).toBe('x'.repeat(500));
});

test('branches whose names are no UTF-8 are told apart, and harmless to read', async () => {
  const { repository, commits } = threeBranches();
  const [main = '', one = '', two = ''] = commits;
  const called = ['b\xff', 'b\xfe', 'ü\ufffd/ok', 'ü\xff'];
  for (const [index, commit] of [main, one, two, main].entries()) {
    const isBytes = /[\xf0-\xff]$/.test(called[index] ?? '');
    const bytes = Buffer.from(called[index] ?? '', isBytes ? 'latin1' : 'utf8');
    const command = Buffer.concat([Buffer.from('update refs/heads/'), bytes]);
    const input = Buffer.concat([command, Buffer.from(` ${commit}\n`)]);
    execFileSync('git', ['update-ref', '--stdin'], { cwd: repository.path, input });
  }
  const { tips, broken } = await poll(repository);
  const found = tips.map(({ branch, commit }) => [branch, commit]);
  expect(broken).toEqual([]);
  expect(new Map(found as [string, string][])).toEqual(
    new Map([
      ...([
        ['main', main],
        ['one', one],
        ['two', two],
      ] as const),
      ...([
        ['b\\xff', main],
        ['b\\xfe', one],
      ] as const),
      ...([
        ['ü\ufffd/ok', two],
        ['\\xfc\\xff', main],
      ] as const),
    ]),
  );
  expect(found).toHaveLength(7);
  expect(tips.find(({ branch }) => branch === 'b\\xfe')?.subject).toBe('one');
});
