/**
 * Checkouts that would never end: a remote that takes connections and says nothing, a filter that
 * hangs. The run's time, a cancel and a stop end them with all that they started.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { type RunnerSettings, runnerFor } from '../support/runners.js';

const main = launcher('test-runner');
const ignoresTerm = fileURLToPath(new URL('fixtures/ignores-term.sh', import.meta.url));

test('A29: a run whose submodule never arrives is timed out, and the next one has its slot', async () => {
  const { dispatcher, commit, dead, next } = await runner({ timeoutMs: 3_000 });
  const { report, log } = await dispatcher.verdict(commit);
  expect(report.end).toBe('timed-out');
  expect(report.reason).toBe('Its checkout took longer than 3 s and was ended');
  expect(log).toBe(`${report.reason}.\n`);
  await nobodyNames(dead.url);
  expect((await dispatcher.verdict(next)).report.end).toBe('passed');
});

test('A29: a cancel ends the checkout with all that git started', async () => {
  const { dispatcher, commit, dead } = await runner({});
  const run = dispatcher.runtest(commit);
  await eventually('git waits', () => dead.connections > 0);
  expect(processesNaming(dead.url)).not.toEqual([]);
  dispatcher.send({ verb: 'cancel', run });
  expect((await eventually('a report', () => dispatcher.reports.get(run))).end).toBe('cancelled');
  await nobodyNames(dead.url);
});

test('A29: a cancel ends a fetch from a dead remote', async () => {
  const unknown = randomBytes(20).toString('hex') as Commit;
  const { dispatcher, dead, next } = await runner({}, 'origin');
  const run = dispatcher.runtest(unknown);
  await eventually('git waits', () => dead.connections > 0);
  expect(processesNaming(unknown)).not.toEqual([]);
  dispatcher.send({ verb: 'cancel', run });
  expect((await eventually('a report', () => dispatcher.reports.get(run))).end).toBe('cancelled');
  await nobodyNames(unknown);
  expect((await dispatcher.verdict(next)).report.end).toBe('passed');
});

test('a filter that hangs and does not listen is killed after the grace period', async () => {
  const filter = join(temporaryFolder(), 'filter.sh');
  copyFileSync(ignoresTerm, filter);
  usingGlobally(`[filter "slow"]\nsmudge = ${filter} >&2\n`);
  const { dispatcher, repository, next } = await runner({ graceMs: 50 });
  const files = { '.gitattributes': '*.bin filter=slow\n', 'a.bin': 'large' };
  const run = dispatcher.runtest(repository.commit('a large file', files));
  await eventually('it hangs', () => processesNaming(filter).length > 0);
  dispatcher.send({ verb: 'cancel', run });
  expect((await eventually('a report', () => dispatcher.reports.get(run))).end).toBe('cancelled');
  await nobodyNames(filter);
  expect((await dispatcher.verdict(next)).report.end).toBe('passed');
});

test('a runner that is stopped in a checkout hands the run back and leaves no git', async () => {
  const { dispatcher, commit, dead, started } = await runner({});
  const run = dispatcher.runtest(commit);
  await eventually('git waits', () => dead.connections > 0);
  started.runner.abort();
  const handback = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(handback).toMatchObject({ run, body: { reason: 'stopped' } });
  await started.runner.settled();
  await nobodyNames(dead.url);
});

test('a runner that is killed in a checkout takes git with it', async () => {
  const dispatcher = await runnerDispatcher();
  const { repository, commit, dead } = await withDeadSubmodule();
  const at = ['--host', '127.0.0.1', '--port', '0', '--state', temporaryFolder()];
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--command', 'true'];
  const runner = spawn(process.execPath, [main, ...at, ...to, repository.path], {
    stdio: 'ignore',
  });
  onTestFinished(() => ended(runner));
  await eventually('it is there', () => dispatcher.connected);
  dispatcher.runtest(commit);
  await eventually('git waits', () => dead.connections > 0);
  expect(processesNaming(dead.url)).not.toEqual([]);
  await ended(runner);
  await nobodyNames(dead.url);
});

async function runner(settings: Partial<RunnerSettings>, deadToo?: 'origin') {
  const dispatcher = await runnerDispatcher();
  const setting = await withDeadSubmodule();
  if (deadToo === 'origin') setting.repository.git('remote', 'add', 'origin', setting.dead.url);
  const started = await runnerFor({
    clone: setting.repository.path,
    dispatcherPort: dispatcher.port,
    ...settings,
  });
  await eventually('the runner is there', () => dispatcher.connected);
  return { dispatcher, started, ...setting };
}

/** `commit` has a submodule that lies on a dead server; `next` has none. */
async function withDeadSubmodule() {
  const dead = await deadServer();
  const repository = makeRepository();
  const next = repository.commit('first', { 'a.txt': 'one' });
  repository.git('branch', 'first');
  const modules = `[submodule "x"]\n\tpath = x\n\turl = ${dead.url}\n`;
  writeFileSync(join(repository.path, '.gitmodules'), modules);
  repository.git('add', '.gitmodules');
  repository.git('update-index', '--add', '--cacheinfo', `160000,${next},x`);
  repository.git('commit', '-q', '-m', 'a submodule');
  const commit = repository.git('rev-parse', 'HEAD') as Commit;
  repository.git('reset', '-q', '--hard', 'first');
  return { dead, repository, commit, next };
}

/** Takes connections and never says a word. */
async function deadServer() {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `git://127.0.0.1:${port}/x.git`,
    get connections() {
      return sockets.length;
    },
  };
}

/** The user's own git configuration, until the test ends. */
function usingGlobally(text: string): void {
  const before = process.env['HOME'];
  const home = temporaryFolder();
  writeFileSync(join(home, '.gitconfig'), text);
  process.env['HOME'] = home;
  onTestFinished(() => {
    process.env['HOME'] = before;
  });
}

/** One that has its signal may be seen for a moment yet. */
async function nobodyNames(text: string): Promise<void> {
  await eventually('nothing is left', () => processesNaming(text).length === 0);
}

function processesNaming(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^[0-9]+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      // Gone meanwhile.
      return false;
    }
  });
}

async function ended(runner: ChildProcess): Promise<void> {
  runner.kill('SIGKILL');
  if (runner.exitCode === null && runner.signalCode === null) await once(runner, 'exit');
}
