/**
 * What a suite gets of the machine's limits, and what is said where memory runs out.
 */

import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Slot } from '../../src/test-runner/slots.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerAtWork } from '../support/runners-at-work.js';

const main = fileURLToPath(new URL('../../src/test-runner/main.ts', import.meta.url));

test('a suite may open as many files at once as its runner was started with, not as node may', async () => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one');
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
  const flags = ['--state', temporaryFolder(), '--command', 'ulimit -Sn', repository.path];
  // The shell is still there: it is from whoever started it that the runner knows its limit.
  const starter = spawn(
    'sh',
    [
      '-c',
      'ulimit -Sn 700; "$@"; exit',
      'sh',
      process.execPath,
      '--import',
      'tsx',
      main,
      ...to,
      ...flags,
    ],
    { stdio: 'ignore', detached: true },
  );
  onTestFinished(() => void process.kill(-(starter.pid ?? 0), 'SIGKILL'));
  await eventually('it is there', () => dispatcher.connected);
  expect((await dispatcher.verdict(commit)).log).toBe('700\n');
});

test('modes in a checkout are git’s, whoever started the runner; what the runner keeps is its own', async () => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': '' });
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
  const state = join(temporaryFolder(), 'state');
  const command = 'umask; stat -c %a a.txt .';
  const flags = ['--state', state, '--command', command, repository.path];
  const node = [process.execPath, '--import', 'tsx', main, ...to, ...flags];
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
function runShortOfMemory(slot: Slot): void {
  const { startProcess } = slot;
  const killing: Slot['startProcess'] = (clock, options) => {
    const suite = startProcess(clock, options);
    const ended = suite.ended.then((end) => ({ ...end, memoryKills: 1 }));
    return { ended, end: () => suite.end(), kill: () => suite.kill() };
  };
  Object.assign(slot, { startProcess: killing });
}
