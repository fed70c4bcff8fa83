/**
 * Runners as real processes, killed without warning: what the next one finds and does.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { fixture, tagged } from '../support/runners-at-work.js';

const main = launcher('test-runner');
const forever = fixture('forever.sh');
/** Forks and ends all the while, as long as the test's repository is there. */
const hops = `${fixture('hops.sh')} a.txt`;

test('a runner that is killed takes its suite with it, and the next one tests anew', async () => {
  const { dispatcher, commit, start } = await setting();
  const first = start(`${hops}; ${forever}`);
  await eventually('it is there', () => dispatcher.connected);
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  expect(tagged(run)).not.toEqual([]);
  await kill(first);
  await eventually('its guard ended it', () => tagged(run).length === 0);

  start('echo anew');
  await eventually('the next is there', () => dispatcher.hellos.length === 2);
  expect(dispatcher.hellos[1]?.runs).toEqual([]);
  expect((await dispatcher.verdict(commit)).log).toBe('anew\n');
});

test('what a dead runner and its guard left behind is ended before the slot is used', async () => {
  const { dispatcher, commit, start, cwd } = await setting();
  const first = start(forever);
  await eventually('it is there', () => dispatcher.connected);
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  await kill(first);
  await eventually('its guard has done', () => tagged(run).length === 0);
  const env = { ...process.env, TRIVET_RUN: run };
  const orphan = spawn('sh', ['-c', `${hops}; exec ${forever}`], { stdio: 'ignore', env, cwd });
  onTestFinished(() => kill(orphan));

  start('echo anew');
  await eventually('the next is there', () => dispatcher.hellos.length === 2);
  await exitOf(orphan);
  expect(orphan.signalCode).toBe('SIGKILL');
  expect(tagged(run)).toEqual([]);
});

test('A27: a result that nobody acknowledged is delivered by the next process', async () => {
  const { dispatcher, commit, start } = await setting();
  dispatcher.records = false;
  const first = start('echo hello; exit 7');
  await eventually('it is there', () => dispatcher.connected);
  const { run } = await dispatcher.verdict(commit);
  await kill(first);

  dispatcher.reports.clear();
  dispatcher.records = true;
  start('echo another');
  const report = await eventually('the report again', () => dispatcher.reports.get(run));
  expect(report).toMatchObject({ end: 'failed', exitCode: 7, logBytes: 6 });
  expect(dispatcher.hellos[1]?.runs).toEqual([{ run, commit }]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGQUIT'] as const)(
  'the first %s lets a runner finish and deliver its run, and leave with 0',
  async (signal) => {
    const { dispatcher, commit, start } = await setting();
    const runner = start('echo begun; sleep 1; echo done');
    await eventually('it is there', () => dispatcher.connected);
    const run = dispatcher.runtest(commit);
    await eventually('it runs', () => dispatcher.log(run).length > 0);
    runner.kill(signal);
    expect(await exitOf(runner)).toBe(0);
    expect(dispatcher.reports.get(run)).toMatchObject({ end: 'passed' });
    expect(dispatcher.said('draining')).toHaveLength(1);
  },
);

test('a runner with fewer slots delivers what one with more has left', async () => {
  const { dispatcher, commit, start } = await setting();
  dispatcher.records = false;
  const first = start('echo hello', '--jobs', '2');
  await eventually('it is there', () => dispatcher.connected);
  const runs = [(await dispatcher.verdict(commit)).run, (await dispatcher.verdict(commit)).run];
  await kill(first);
  dispatcher.reports.clear();
  dispatcher.records = true;
  start('echo hello');
  await eventually('both reports again', () => dispatcher.reports.size === 2);
  expect(dispatcher.hellos[1]?.capacity).toBe(1);
  expect([...dispatcher.reports.keys()].sort()).toEqual(runs.sort());
});

test('a second Ctrl-C ends the whole tree, hands the run back and leaves with 3', async () => {
  const { dispatcher, commit, start } = await setting();
  const runner = start(forever);
  await eventually('it is there', () => dispatcher.connected);
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  runner.kill('SIGINT');
  await eventually('it drains', () => dispatcher.said('draining').length > 0);
  runner.kill('SIGINT');
  expect(await exitOf(runner)).toBe(3);
  await eventually('a handback', () => dispatcher.said('handback').length > 0);
  await eventually('nothing is left', () => tagged(run).length === 0);
});

test.each([
  [['/nonexistent'], 'There is no folder /nonexistent'],
  [[temporaryPath()], 'is not a git repository'],
  [['--config', '/nonexistent', '.'], 'Cannot read the configuration in /nonexistent'],
])('%j is refused with a sentence and exit code 2', async (args, says) => {
  const runner = spawn(process.execPath, [main, ...args]);
  let stderr = '';
  runner.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  expect(await exitOf(runner)).toBe(2);
  expect(stderr).toContain(says);
});

/** A folder above which no repository is. */
function temporaryPath(): string {
  return '/proc';
}

async function setting() {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': 'one' });
  const state = temporaryFolder();
  const start = (command: string, ...flags: string[]): ChildProcess => {
    const runner = spawn(
      process.execPath,
      [
        ...[main, '--host', '127.0.0.1', '--port', '0', '--state', state],
        ...['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--command', command],
        ...flags,
        repository.path,
      ],
      { stdio: 'ignore' },
    );
    onTestFinished(() => kill(runner));
    return runner;
  };
  return { dispatcher, commit, start, cwd: repository.path };
}

async function kill(runner: ChildProcess): Promise<void> {
  runner.kill('SIGKILL');
  await exitOf(runner);
}

async function exitOf(runner: ChildProcess): Promise<number | null> {
  if (runner.exitCode === null && runner.signalCode === null) await once(runner, 'exit');
  return runner.exitCode;
}
