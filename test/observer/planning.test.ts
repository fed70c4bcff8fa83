import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planned, planner } from '../../src/observer/planning.js';
import { openRepository } from '../../src/observer/repository.js';
import { findSource } from '../../src/observer/source.js';
import type { Commit } from '../../src/protocol/ids.js';
import type { Told } from '../../src/world/story.js';
import { makeClone, makeRemote, type TestRepository } from '../support/git.js';

const files = {
  '.woodpecker/lint.yml': 'steps:\n  lint:\n    image: golang\n    commands: go vet\n',
  '.woodpecker/test.yml':
    'depends_on: lint\nsteps:\n  test:\n    image: golang\n    commands: go test\n',
};

/** The plan of a commit on that branch, as an observer of a clone of `remote` makes it. */
async function plannerOf(remote: TestRepository) {
  const source = await findSource(makeClone(remote.path).path);
  const repository = openRepository(source, { branches: [], refs: ['refs/tags/*'] });
  onTestFinished(() => repository.close());
  const plan = planner(repository, { slug: 'team/demo', cloneUrl: remote.path });
  return async (commit: Commit, branch = 'main') => {
    await repository.poll();
    const description = { branch, author: 'Ada', subject: 'Add it' };
    return plan({ commit, description });
  };
}

test('a commit at which planning itself fails is handed over as it is, and that is told', async () => {
  const commit = 'c0ffee'.padEnd(40, '0') as Commit;
  const description = { branch: 'main', author: 'Ada', subject: 'Add it' };
  const told: Told[] = [];
  const plan = () => Promise.reject(new Error('a stack that is full'));
  const world = { plan, tell: (one: Told) => void told.push(one) };
  expect(await planned(world, { commit, description })).toEqual(description);
  expect(told).toMatchObject([{ event: 'not-planned', level: 'error', commit }]);
  expect(told[0]?.msg).toContain('c0ffee0 could not be planned (a stack that is full)');
});

test('a commit is handed over with the jobs that its own workflow files describe', async () => {
  const { remote, author } = makeRemote();
  const before = author.commit('without any');
  const commit = author.commit('with two', files);
  author.push();
  const plan = await plannerOf(remote);
  expect(await plan(before)).not.toHaveProperty('jobs');
  const { jobs } = await plan(commit);
  expect(jobs).toMatchObject([
    { name: 'lint', needs: [], work: { file: '.woodpecker/lint.yml' } },
    { name: 'test', needs: ['lint'], work: { occasion: { branch: 'main', event: 'push' } } },
  ]);
});

test('a commit that somebody has replaced at the remote is planned as everybody else has it', async () => {
  const { remote, author } = makeRemote();
  const commit = author.commit('with two', files);
  const other = author.commit('another', { '.woodpecker/lint.yml': 'steps: []\n' });
  author.push();
  remote.git('replace', commit, other);
  const { jobs } = await (await plannerOf(remote))(commit);
  expect(jobs).toMatchObject([{ name: 'lint' }, { name: 'test' }]);
});

test('a tag is an event of its own, and the message is known whole', async () => {
  const { remote, author } = makeRemote();
  const when = 'when: [{event: tag}]\n';
  const commit = author.commit('Release\n\nAll of it.', {
    '.woodpecker.yml': `${when}steps:\n  ship:\n    image: golang\n    commands: make ship\n`,
  });
  author.push();
  const plan = await plannerOf(remote);
  expect((await plan(commit)).jobs).toMatchObject([
    { ended: { verdict: 'skipped', reason: expect.stringContaining('no workflow is for it') } },
  ]);
  const { jobs = [] } = await plan(commit, 'refs/tags/v1');
  expect(jobs[0]?.work?.occasion).toMatchObject({
    event: 'tag',
    message: 'Release\n\nAll of it.\n',
  });
});

test('[skip ci] anywhere in the message is heard, with and without workflow files', async () => {
  const { remote, author } = makeRemote();
  const bare = author.commit('Mend a comma\n\n[skip ci]');
  const planned = author.commit('Mend another [CI SKIP]', files);
  author.push();
  const plan = await plannerOf(remote);
  for (const commit of [bare, planned]) {
    expect((await plan(commit)).jobs).toMatchObject([{ ended: { verdict: 'skipped' } }]);
  }
});

test('what a commit changed is compared with the paths of its workflow', async () => {
  const { remote, author } = makeRemote();
  const when = 'when:\n  - path: "src/**"\n    event: push\n';
  const first = author.commit('first', {
    '.woodpecker.yml': `${when}steps:\n  test:\n    image: golang\n    commands: go test\n`,
  });
  const inSource = author.commit('in the source', { 'src/a.go': 'package a\n' });
  const inDocs = author.commit('in the docs', { 'docs/a.md': '# A\n' });
  author.push();
  const plan = await plannerOf(remote);
  const isTested = async (commit: Commit) => (await plan(commit)).jobs?.[0]?.ended === undefined;
  expect(await Promise.all([first, inSource, inDocs].map(isTested))).toEqual([false, true, false]);
});

test('a workflow file that is far too long, or a link out of the repository, is an error or nothing', async () => {
  const { remote, author } = makeRemote();
  const long = author.commit('long', { '.woodpecker.yml': `# ${'x'.repeat(600_000)}\n` });
  author.git('rm', '-q', '.woodpecker.yml');
  symlinkSync('/etc/passwd', join(author.path, '.drone.yml'));
  author.git('add', '-A');
  const linked = author.commit('a link');
  author.push();
  const plan = await plannerOf(remote);
  expect((await plan(long)).jobs).toMatchObject([
    { ended: { verdict: 'errored', reason: expect.stringContaining('characters') } },
  ]);
  expect(await plan(linked)).not.toHaveProperty('jobs');
});

test('a plan that the wire would not take is told of as the commit’s own error', async () => {
  const { remote, author } = makeRemote();
  const steps = Array.from(
    { length: 200 },
    (_, at) => `  - {name: s${at}, image: a, commands: b}\n`,
  );
  const commit = author.commit('many', { '.woodpecker.yml': `steps:\n${steps.join('')}` });
  author.push();
  const plan = await plannerOf(remote);
  expect((await plan(commit)).jobs).toMatchObject([{ ended: { verdict: 'errored' } }]);
});
