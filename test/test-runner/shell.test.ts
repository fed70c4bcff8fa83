/**
 * The runner's shell with real sockets, real git and real children, told what to do by a
 * dispatcher that stands in.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerFor } from '../support/runners.js';
import { fixture, runnerAtWork, tagged } from '../support/runners-at-work.js';

const unknown = 'd'.repeat(40) as Commit;

test('A50: output and exit code of a suite arrive, and the result is kept until recorded', async () => {
  const { dispatcher, commit, state } = await runnerAtWork({
    command: 'echo out; echo err >&2; exit 3',
  });
  dispatcher.records = false;
  const { run, report, log } = await dispatcher.verdict(commit);
  expect(log).toBe('out\nerr\n');
  expect(report).toMatchObject({ end: 'failed', exitCode: 3, signal: null, logBytes: 8 });
  expect(filesOf(state)).toEqual([`${run}.json`, `${run}.log`]);
  dispatcher.send({ verb: 'recorded', run });
  await eventually('nothing is kept', () => filesOf(state).length === 0);
});

test('the story of a run reads aloud', async () => {
  const { dispatcher, commit, sentences } = await runnerAtWork({ command: 'true' });
  await dispatcher.verdict(commit);
  expect(sentences().at(0)).toMatch(/^runner [^ ]+-\d{4} for demo, waiting for the dispatcher 127/);
  expect(sentences()).toContain(`testing ${commit.slice(0, 7)} "a change" with true`);
  expect(sentences().join('\n')).toMatch(/[0-9a-f]{7} passed after \d+\.\d s/);
});

test('A14: ten megabytes arrive whole', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: 'head -c 10000000 /dev/zero' });
  const { run, report } = await dispatcher.verdict(commit);
  expect(report.logBytes).toBe(10_000_000);
  expect(dispatcher.log(run).equals(Buffer.alloc(10_000_000))).toBe(true);
});

test('the log is live: its lines arrive while the suite runs', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: fixture('forever.sh') });
  const run = dispatcher.runtest(commit);
  await eventually('a first line', () => dispatcher.log(run).toString() === 'started\n');
});

test('A28: an unknown commit is handed back, and the runner is free again', async () => {
  const { dispatcher, commit, sentences } = await runnerAtWork({});
  const run = dispatcher.runtest(unknown);
  const handback = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(handback).toMatchObject({ run, body: { reason: 'unknown-commit' } });
  expect(sentences()).toContain('gave ddddddd back: the repository does not have that commit');
  expect((await dispatcher.verdict(commit)).report.end).toBe('passed');
});

test('a run whose lease was lost is ended and leaves nothing behind', async () => {
  const { dispatcher, commit, state, sentences } = await runnerAtWork({
    command: fixture('forever.sh'),
  });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  dispatcher.send({ verb: 'revoked', run });
  await eventually('nothing is kept', () => filesOf(state).length === 0);
  expect(tagged(run)).toEqual([]);
  expect(dispatcher.said('results')).toEqual([]);
  expect(sentences()).toContain(`lost the lease of ${commit.slice(0, 7)}; its suite is ended`);
});

test('A27: a run outlives its dispatcher, and its result is delivered when that is back', async () => {
  const gate = join(temporaryFolder(), 'gate');
  const command = `echo started; while [ ! -e ${gate} ]; do sleep 0.01; done; echo done`;
  const { dispatcher, commit, repository, sentences } = await runnerAtWork({ command });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  await dispatcher.stop();
  await eventually('it notices', () => sentences().some((line) => /result is kept/.test(line)));
  repository.git('init', '-q', gate);
  await eventually('it ends', () => sentences().some((line) => /passed after/.test(line)));
  await dispatcher.start();
  const report = await eventually('the report', () => dispatcher.reports.get(run));
  expect(dispatcher.hellos.at(-1)?.runs).toEqual([{ run, commit }]);
  expect(report.end).toBe('passed');
  expect(dispatcher.log(run).toString()).toBe('started\ndone\n');
});

test('a log that is wanted again from some offset is sent again, and then the report', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: 'echo hello' });
  dispatcher.records = false;
  const { run } = await dispatcher.verdict(commit);
  dispatcher.send({ verb: 'want', log: run, offset: 2 });
  await eventually('a second report', () => dispatcher.said('results').length === 2);
  expect(dispatcher.said('log').map(({ offset }) => offset)).toEqual([0, 2]);
});

test('A46: two runs at once in two slots, each with its own tree and log', async () => {
  const { dispatcher, commit, repository } = await runnerAtWork({
    command: 'cat a.txt',
    jobs: 2,
  });
  const second = repository.commit('two', { 'a.txt': 'two' });
  expect(dispatcher.hellos[0]?.capacity).toBe(2);
  const [first, other] = await Promise.all([
    dispatcher.verdict(commit),
    dispatcher.verdict(second),
  ]);
  expect([first.log, other.log]).toEqual(['one', 'two']);
});

test('A3: two runners on one clone and one folder keep their runs apart', async () => {
  const { dispatcher, commit, repository, state } = await runnerAtWork({ command: 'cat a.txt' });
  const neighbour = await runnerDispatcher();
  const settings = { clone: repository.path, command: 'cat a.txt', state };
  await runnerFor({ ...settings, dispatcherPort: neighbour.port });
  await eventually('the second is there', () => neighbour.connected);
  const second = repository.commit('two', { 'a.txt': 'two' });
  const results = await Promise.all([dispatcher.verdict(commit), neighbour.verdict(second)]);
  expect(results.map(({ log }) => log)).toEqual(['one', 'two']);
});

test('a runner that drains finishes its run, delivers it and leaves', async () => {
  const { dispatcher, commit, started } = await runnerAtWork({ command: 'sleep 0.1; echo done' });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => started.sentences().some((line) => /^testing/.test(line)));
  started.runner.drain();
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  expect(report.end).toBe('passed');
  await eventually('it leaves', () => started.exits.length > 0);
  expect(started.exits).toEqual([0]);
  expect(dispatcher.said('draining')).toHaveLength(1);
  expect(started.sentences().join('\n')).toContain('waiting for the suite of');
});

test('a runner that is stopped at once ends the whole tree and hands the run back', async () => {
  const { dispatcher, commit, started } = await runnerAtWork({
    command: fixture('ignores-term.sh'),
  });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  started.runner.abort();
  const handback = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(handback).toMatchObject({ run, body: { reason: 'stopped' } });
  await eventually('nothing is left', () => tagged(run).length === 0);
});

/** What the runner keeps of its runs. */
function filesOf(state: string): string[] {
  return readdirSync(join(state, 'slots', '1', 'runs')).sort();
}
