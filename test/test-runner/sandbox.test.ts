/**
 * What a suite can and cannot do, behind the walls of `--sandbox` and without them. Where none can
 * be built these tests are skipped, but not in CI: a wall that was not tried is no wall.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { assertSandbox } from '../../src/test-runner/suite/sandbox.js';
import { taggedWith } from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { type RunnerSettings, runnerFor } from '../support/runners.js';
import { mayBuildSandbox } from '../support/tools.js';

const secret = 'correct-horse-battery';
const main = launcher('test-runner');

describe.runIf(mayBuildSandbox)('with --sandbox', () => {
  // Throws, with bubblewrap's or the kernel's own words, where none can be built.
  beforeAll(assertSandbox);

  test('a suite sees its checkout and its history, and its exit code counts', async () => {
    const { verdict } = await sandboxed('cat a.txt; git log --format=%s; pwd; exit 3');
    const { log, report } = await verdict();
    expect(log).toMatch(/^one\nfirst\n.*\/slots\/1\/tree\n$/);
    expect(report).toMatchObject({ end: 'failed', exitCode: 3 });
  });

  test('it writes into its checkout and a /tmp of its own, and nowhere else', async () => {
    const folder = temporaryFolder();
    const [clone, state] = [join(folder, 'clone'), join(folder, 'state')];
    const others = [folder, clone, join(clone, '.git'), state, '/', '/usr', '/run', '/root'];
    const { verdict } = await sandboxed(
      [
        'touch here && touch /tmp/trivet-there && echo wrote',
        'touch .git/evil 2>/dev/null || echo but not into .git',
        ...others.map((other) => `touch ${other}/evil 2>/dev/null; true`),
      ].join('\n'),
      { clone, state },
    );
    expect((await verdict()).log).toBe('wrote\nbut not into .git\n');
    // Where a touch succeeded, it touched a cover that is gone with the suite.
    expect(others.filter((other) => existsSync(join(other, 'evil')))).toEqual([]);
    expect(existsSync('/tmp/trivet-there')).toBe(false);
  });

  test('it cannot read the token, by any of its names, nor the result of another run', async () => {
    const folder = temporaryFolder();
    const [file, link] = [join(folder, 'token'), join(folder, 'link')];
    writeFileSync(file, secret);
    symlinkSync(file, link);
    const state = join(temporaryFolder(), 'state');
    mkdirSync(join(state, 'slots/2/runs'), { recursive: true });
    writeFileSync(join(state, 'slots/2/runs/0badcafe-1.log'), 'the result of another run');
    const { verdict } = await sandboxed(
      `cat ${file} ${link}; cat /proc/*/environ; find ${state} -type f ! -path '*/tree/*'; env`,
      { state, secrets: [file], environment: { ...plainly(), TRIVET_TOKEN: secret } },
    );
    const { log } = await verdict();
    expect(log).not.toContain(secret);
    expect(log).not.toContain('0badcafe');
    expect(log).toContain('CI=true');
  });

  test('it sees no checkout but its own', async () => {
    const checkouts = join(temporaryFolder(), 'all');
    mkdirSync(join(checkouts, 'other/1'), { recursive: true });
    writeFileSync(join(checkouts, 'other/1/a.txt'), 'of another');
    const { verdict } = await sandboxed(`touch here && cat $(find ${checkouts} -name a.txt)`, {
      checkouts,
    });
    expect((await verdict()).log).toBe('one\n');
  });

  test('it has no network, no sight of other processes and no rights to mount walls away', async () => {
    const server = net.createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as net.AddressInfo;
    const { verdict } = await sandboxed(
      [
        `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null || echo no network`,
        `kill -0 ${process.pid} 2>/dev/null || echo no such process`,
        'mount -o remount,rw / 2>/dev/null || echo no mount',
        'umount /tmp 2>/dev/null || echo no umount',
        'unshare -Urm mount -o remount,rw,bind / 2>/dev/null || echo no way around',
        'grep CapEff /proc/self/status',
      ].join('\n'),
    );
    expect((await verdict()).log.replace(/\t/g, ' ')).toBe(
      'no network\nno such process\nno mount\nno umount\nno way around\nCapEff: 0000000000000000\n',
    );
  });

  test('--sandbox-net lets it use the network, and keep what it fetches where it may write', async () => {
    const server = net.createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as net.AddressInfo;
    const { verdict } = await sandboxed(
      [
        `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' && echo network`,
        'mkdir -p "$npm_config_cache" && echo room',
        'test ! -L /etc/resolv.conf || test -e "$(readlink -f /etc/resolv.conf)" && echo names',
      ].join('\n'),
      { sandboxNet: true },
    );
    expect((await verdict()).log).toBe('network\nroom\nnames\n');
  });

  test('a suite that installs packages is refused at once, with a word of --sandbox-net', async () => {
    const { dispatcher, repository } = await runner(null, { secrets: [] });
    const scripts = { test: 'true' };
    const commit = repository.commit('needy', {
      'package.json': JSON.stringify({ scripts, dependencies: { left: '*' } }),
    });
    const { report, log } = await dispatcher.verdict(commit);
    expect(report.end).toBe('errored');
    expect(report.reason).toContain('--sandbox-net');
    expect(log).toBe(`${report.reason}.\n`);
  });

  test('a sandbox that cannot be built is the machine’s fault, and no red suite', async () => {
    // No cover can be laid on what cannot be.
    const { dispatcher, commit } = await runner('exit 0', { secrets: ['/dev/null/token'] });
    const run = dispatcher.runtest(commit);
    const back = await eventually('a handback', () =>
      dispatcher.said('handback').find((message) => message.run === run),
    );
    expect(back.body.reason).toBe('machine-fault');
    expect(dispatcher.log(run).toString()).toMatch(/^bwrap: /);
  });

  test('at a timeout it is asked first and has its grace', async () => {
    const { verdict } = await sandboxed('trap "echo asked; exit 1" TERM; sleep 60 & wait', {
      timeoutMs: 3_000,
      graceMs: 30_000,
    });
    const { log, report } = await verdict();
    expect([log, report.end]).toEqual([`asked\n${report.reason}.\n`, 'timed-out']);
  });

  test('one that does not listen is killed, with all that hid from its group and its mark', async () => {
    const hidden = `while :; do sleep 0.1${process.pid}; done`;
    const hides = `env -i setsid sh -c "${hidden}" & trap "" TERM; sleep 60`;
    const { verdict } = await sandboxed(`${hides} & wait; wait`, { timeoutMs: 300, graceMs: 100 });
    const { run, report } = await verdict();
    expect(report.end).toBe('timed-out');
    expect(taggedWith(`TRIVET_RUN=${run}`)).toEqual([]);
    expect(commandLines()).not.toContain(hidden);
  });

  test('a runner that is killed takes its suite with it', async () => {
    const dispatcher = await runnerDispatcher();
    const repository = makeRepository();
    const commit = repository.commit('first', { 'a.txt': 'one' });
    const at = ['--host', '127.0.0.1', '--port', '0', '--state', temporaryFolder(), '--sandbox'];
    const sleeps = `sleep 61.${process.pid}`;
    const command = `env -i sh -c "echo up; ${sleeps}"`;
    const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--command', command];
    const runner = spawn(process.execPath, [main, ...at, ...to, repository.path], {
      stdio: 'ignore',
    });
    onTestFinished(() => void runner.kill('SIGKILL'));
    await eventually('it is there', () => dispatcher.connected);
    const run = dispatcher.runtest(commit);
    await eventually('it runs', () => dispatcher.log(run).length > 0);
    runner.kill('SIGKILL');
    await eventually('nothing is left', () => !commandLines().includes(sleeps));
  });
});

describe('without --sandbox', () => {
  test('A49: the token is in no suite’s environment', async () => {
    const environment = { ...plainly(), TRIVET_TOKEN: secret, TRIVET_TOKEN_FILE: '/etc/token' };
    const { verdict } = await runner('env', { environment });
    const { log } = await verdict();
    expect(log).toContain('TRIVET_RUN=');
    expect(log).not.toMatch(/TRIVET_TOKEN|correct-horse/);
  });

  test('A49: nor in that of any other child of the runner', async () => {
    const dispatcher = await runnerDispatcher();
    const { path } = makeRepository();
    const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
    const process_ = spawn(process.execPath, [main, '--state', temporaryFolder(), ...to, path], {
      stdio: 'ignore',
      env: { ...process.env, TRIVET_TOKEN: secret },
    });
    onTestFinished(() => void process_.kill('SIGKILL'));
    await eventually('it showed its token', () => dispatcher.connected);
    const environments = await eventually('it has children', () => {
      const all = programsOf(process_.pid ?? 0).map((pid) => read(`/proc/${pid}/environ`));
      return all.some((environment) => environment !== '') && all;
    });
    expect(environments.join()).not.toContain(secret);
  });
});

test('--sandbox without bubblewrap is refused with a sentence and exit code 2', async () => {
  const nothing = temporaryFolder();
  for (const name of ['env', 'git', 'sh']) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(nothing, name));
  }
  const runner = spawn(process.execPath, [main, '--sandbox', makeRepository().path], {
    env: { ...process.env, PATH: nothing },
  });
  let stderr = '';
  runner.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  const [code] = await once(runner, 'exit');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--sandbox needs bubblewrap')]);
});

function plainly(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '' };
}

function sandboxed(command: string, settings: Partial<RunnerSettings> = {}) {
  return runner(command, { secrets: [], ...settings });
}

async function runner(command: string | null, settings: Partial<RunnerSettings>) {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository(settings.clone);
  const commit = repository.commit('first', { 'a.txt': 'one\n' });
  const to = { clone: repository.path, dispatcherPort: dispatcher.port };
  await runnerFor({ ...to, command, ...settings });
  await eventually('it is there', () => dispatcher.connected);
  return { dispatcher, repository, commit, verdict: () => dispatcher.verdict(commit) };
}

/** Of all processes, a line each. */
function commandLines(): string {
  return pids()
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
    .join('\n');
}

/** Its children but those that have not become another program yet, and so are it once more. */
function programsOf(parent: number): string[] {
  const itself = read(`/proc/${parent}/cmdline`);
  const isChild = (pid: string) => read(`/proc/${pid}/status`).includes(`\nPPid:\t${parent}\n`);
  return pids().filter((pid) => isChild(pid) && read(`/proc/${pid}/cmdline`) !== itself);
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
}

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
