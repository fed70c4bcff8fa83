/**
 * What a suite gets of the machine's limits, and what is said where memory runs out.
 */

import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LocalSlot } from '../../src/test-runner/local/slots.js';
import { restoreDescriptors, softGiven } from '../../src/world/descriptors.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerAtWork } from '../support/runners-at-work.js';

const main = launcher('test-runner');

const child = 'require("child_process").spawnSync(process.argv[1], process.argv.slice(2))';

test.each([
  // The shell is still there: it is from whoever started it that the runner knows its limit.
  ['its shell was given', 'ulimit -Sn 700; "$@"; exit'],
  ['the shell before a node was given', `ulimit -Sn 700; node -e '${child}' "$@"; exit`],
  ['it alone was given, hard and soft', 'ulimit -n 700; exec "$@"'],
  ['is named', 'ulimit -Sn 900; TRIVET_OPEN_FILES=700 exec "$@"'],
])('a suite may open as many files at once as %s, not as node may', async (_, script) => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one');
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
  const flags = ['--state', temporaryFolder(), '--command', 'ulimit -Sn', repository.path];
  const node = [process.execPath, main, ...to, ...flags];
  const starter = spawn('sh', ['-c', script, 'sh', ...node], { stdio: 'ignore', detached: true });
  onTestFinished(() => void process.kill(-(starter.pid ?? 0), 'SIGKILL'));
  await eventually('it is there', () => dispatcher.connected);
  expect((await dispatcher.verdict(commit)).log).toBe('700\n');
});

test('who set another hard limit than their own set the soft one too: to the same, but for systemd', () => {
  const own = (hard: number) => ({ soft: hard, hard });
  expect(softGiven(own(20_000), { soft: 512, hard: 20_000 })).toBe(512);
  expect(softGiven(own(65_536), { soft: 1_024, hard: 1_048_576 })).toBe(65_536);
  expect(softGiven(own(524_288), { soft: 1_024, hard: 1_048_576 })).toBe(1_024);
  expect(softGiven(own(3_000), null)).toBe(3_000);
});

test('a limit of open files above the hard one is told of, not set', () => {
  expect(restoreDescriptors(2_000_000_000)).toMatch(/^2000000000 is more than the hard limit, /);
});

test('modes in a checkout are git’s, whoever started the runner; what the runner keeps is its own', async () => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': '' });
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
  const state = join(temporaryFolder(), 'state');
  const command = 'umask; stat -c %a a.txt .';
  const flags = ['--state', state, '--command', command, repository.path];
  const node = [process.execPath, main, ...to, ...flags];
  const starter = spawn('sh', ['-c', 'umask 077; exec "$@"', 'sh', ...node], {
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void process.kill(-(starter.pid ?? 0), 'SIGKILL'));
  await eventually('it is there', () => dispatcher.connected);
  expect((await dispatcher.verdict(commit)).log).toBe('0022\n644\n755\n');
  expect(statSync(state).mode & 0o777).toBe(0o700);
});

test('a suite is the kernel’s victim before its runner is', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: 'cat /proc/self/oom_score_adj' });
  const own = Number(readFileSync('/proc/self/oom_score_adj', 'latin1'));
  expect(Number((await dispatcher.verdict(commit)).log)).toBe(Math.min(own + 500, 1_000));
  expect(Number(readFileSync('/proc/self/oom_score_adj', 'latin1'))).toBe(own);
});

test('where the kernel killed for want of memory, a red verdict says so and a green one does not', async () => {
  const { dispatcher, repository, commit, started } = await runnerAtWork({
    command: '[ -e ok.txt ] || kill -9 $$',
  });
  for (const slot of started.slots) runShortOfMemory(slot);
  const red = await dispatcher.verdict(commit);
  expect(red.report).toMatchObject({ end: 'failed', signal: 'SIGKILL' });
  expect(red.report.reason).toContain('for want of memory');
  expect(started.sentences().join('\n')).toMatch(/failed after .* \(SIGKILL: meanwhile the kernel/);
  const green = await dispatcher.verdict(repository.commit('frugal', { 'ok.txt': '' }));
  expect(green.report).toMatchObject({ end: 'passed', reason: '' });
});

/** From now on the kernel has counted a victim by the end of each run. */
function runShortOfMemory(slot: LocalSlot): void {
  const { startProcess } = slot;
  const killing: LocalSlot['startProcess'] = (clock, options) => {
    const suite = startProcess(clock, options);
    const ended = suite.ended.then((end) => ({ ...end, memoryKills: 1 }));
    return { ended, end: () => suite.end(), kill: () => suite.kill() };
  };
  Object.assign(slot, { startProcess: killing });
}
