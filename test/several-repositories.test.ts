/**
 * One observer, one dispatcher and one runner for several repositories, as real processes.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type } from './support/classic-peers.js';
import { type DispatcherProcess, spawnDispatcher } from './support/dispatchers.js';
import { eventually as within } from './support/eventually.js';
import { makeBare, makeClone, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';
import { runnerDispatcher } from './support/runner-dispatchers.js';

const names = ['demo', 'lib', 'site'];

/** Each test starts several processes, some of them again, on a machine that may have more to do. */
const withinMs = 180_000;

test(
  'a push to each of three repositories is tested by one runner, which shares its slots',
  async () => {
    const { dispatcher, to, all } = await threeRepositories();
    const here = temporaryFolder();
    const waits = `until [ -e ${here}/go ]; do sleep 0.02; done`;
    const suite = `touch ${here}/$TRIVET_REPOSITORY; ${waits}; cat name.txt`;
    const paths = all.map(({ clone }) => clone.path);
    start('test-runner', '--jobs', '2', '--command', suite, '--port', '0', ...to, ...paths);
    start('observer', ...to, ...paths);
    await eventually('two of them run', () => readdirSync(here).length === 2);
    const accepted = () => dispatcher.told.filter(({ event }) => event === 'accepted');
    await eventually('all are there', () => accepted().length === 3);
    const status = await type(dispatcher.port, 'status');
    expect(status).toContain('(for demo, lib and site): tests ');
    expect(status).toContain('2 running, 1 waiting');
    expect(readdirSync(here)).toHaveLength(2);
    writeFileSync(join(here, 'go'), '');
    await eventually('all verdicts', () => finished(dispatcher) === 3);
    for (const { commit, name } of all) {
      expect(await type(dispatcher.port, `verdict:${commit}`)).toBe('passed\n');
      expect(await type(dispatcher.port, `log:${commit}`)).toBe(name);
    }
  },
  withinMs,
);

test(
  'a runner clones by itself what it is asked to test, and finds it there when it comes again',
  async () => {
    const { dispatcher, to, all } = await threeRepositories();
    const folder = join(temporaryFolder(), 'clones');
    const flags = ['--repositories', folder, '--command', 'cat name.txt', '--port', '0', ...to];
    const first = start('test-runner', ...flags);
    start('observer', ...to, ...all.map(({ clone }) => clone.path));
    await eventually('all verdicts', () => finished(dispatcher) === 3);
    for (const { commit, name } of all) {
      expect(await type(dispatcher.port, `log:${commit}`)).toBe(name);
    }
    expect(await type(dispatcher.port, 'status')).toContain('(for any repository)');
    const made = readdirSync(folder);
    expect(made.map((name) => name.split('-')[0]).sort()).toEqual(names);

    await killed(first);
    start('test-runner', ...flags);
    const { author } = all[0] ?? expect.fail();
    const second = author.commit('two', { 'name.txt': 'two' });
    author.push();
    await eventually('one more', () => finished(dispatcher) === 4);
    expect(await type(dispatcher.port, `log:${second}`)).toBe('two');
    expect(readdirSync(folder)).toEqual(made);
  },
  withinMs,
);

test(
  'a dispatcher of an earlier release gives the commits of the first, and no others are needed',
  async () => {
    const [demo, lib] = [remote('demo'), remote('lib')];
    const dispatcher = await runnerDispatcher();
    const to = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--port', '0'];
    const paths = [demo.clone.path, lib.clone.path];
    start('test-runner', '--command', 'cat name.txt', ...to, ...paths);
    await eventually('it is there', () => dispatcher.connected);
    expect(dispatcher.hellos[0]).toMatchObject({
      repository: 'demo',
      repositories: ['demo', 'lib'],
    });
    expect((await dispatcher.verdict(demo.commit)).log).toBe('demo');
    expect((await dispatcher.verdict(demo.commit, { repository: 'demo' })).log).toBe('demo');
    expect((await dispatcher.verdict(lib.commit, { repository: 'lib' })).log).toBe('lib');
    dispatcher.runtest(demo.commit, undefined, undefined, { repository: 'other' });
    const detail = 'this runner does not test other';
    await eventually('it is handed back', () => dispatcher.said('handback').length === 1);
    expect(dispatcher.said('handback')[0]?.body).toEqual({ reason: 'unknown-commit', detail });
  },
  withinMs,
);

test(
  'results that a dead process left in any of its clones are delivered by the next',
  async () => {
    const all = [remote('demo'), remote('lib')];
    const dispatcher = await runnerDispatcher();
    const to = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--port', '0'];
    const folder = temporaryFolder();
    const flags = ['--repositories', folder, '--command', 'cat name.txt', ...to];
    const first = start('test-runner', ...flags);
    await eventually('it is there', () => dispatcher.connected);
    dispatcher.records = false;
    for (const { name, commit, bare } of all) {
      await dispatcher.verdict(commit, { repository: name, cloneUrl: bare.path });
    }
    await killed(first);
    dispatcher.reports.clear();
    dispatcher.records = true;
    start('test-runner', ...flags);
    await eventually('both reports again', () => dispatcher.reports.size === 2);
  },
  withinMs,
);

test(
  'what cannot be cloned, or should not be, is handed back with the reason, and nothing is touched',
  async () => {
    const { commit, bare } = remote('demo');
    const dispatcher = await runnerDispatcher();
    const to = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--port', '0'];
    const here = temporaryFolder();
    const folder = join(here, 'clones');
    start('test-runner', '--repositories', folder, '--command', 'cat name.txt', ...to);
    await eventually('it is there', () => dispatcher.connected);
    const asked = [
      {},
      { repository: 'demo' },
      { repository: 'demo', cloneUrl: `ext::touch ${here}/touched` },
      { repository: 'demo', cloneUrl: `--upload-pack=touch ${here}/touched` },
      { repository: 'demo', cloneUrl: join(here, 'nothing') },
    ];
    for (const [before, assignment] of asked.entries()) {
      dispatcher.runtest(commit, undefined, undefined, assignment);
      await eventually('it comes back', () => dispatcher.said('handback').length > before);
    }
    const reasons = dispatcher.said('handback').map(({ body }) => body.reason);
    expect(new Set(reasons)).toEqual(new Set(['could-not-fetch']));
    const details = dispatcher.said('handback').map(({ body }) => body.detail);
    expect(details.filter((detail) => detail.includes('where it can be cloned from'))).toHaveLength(
      3,
    );

    for (const repository of ['..', '--quiet', '.git', 'node_modules']) {
      const cloneUrl = `file://${bare.path}`;
      const { log } = await dispatcher.verdict(commit, { repository, cloneUrl });
      expect(log).toBe('demo');
    }
    expect(readdirSync(here)).toEqual(['clones']);
    expect(existsSync(join(here, 'touched'))).toBe(false);
  },
  withinMs,
);

function eventually<Value>(what: string, look: () => Value | null | undefined | false) {
  return within(what, look, withinMs / 2);
}

/** A dispatcher, and three repositories, each with a commit. */
async function threeRepositories() {
  const dispatcher = await spawnDispatcher(temporaryFolder());
  const to = ['--dispatcher-server', `localhost:${dispatcher.port}`];
  return { dispatcher, to, all: names.map(remote) };
}

/** A repository with one commit, a clone of it, and somebody who pushes to it. */
function remote(name: string) {
  const bare = makeBare(join(temporaryFolder(), `${name}.git`));
  const author = makeClone(bare.path);
  const commit = author.commit(`${name} begins`, { 'name.txt': name });
  author.push();
  return { name, bare, author, commit, clone: makeClone(bare.path) };
}

function start(what: Program, ...args: string[]): ChildProcess {
  const started = spawn(process.execPath, [launcher(what), ...args], {
    stdio: 'ignore',
  });
  onTestFinished(() => killed(started));
  return started;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function finished({ told }: DispatcherProcess): number {
  return told.filter(({ event }) => event === 'finished').length;
}
