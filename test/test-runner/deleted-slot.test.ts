/**
 * Somebody deletes what a runner needs, while it runs: a person who tidies up, or a suite.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockSlot } from '../../src/test-runner/local/slot-lock.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerFor } from '../support/runners.js';

test('a runner whose folders were deleted makes them anew, and is still alone in its slot', async () => {
  const { dispatcher, commit, state } = await runner('cat a.txt');
  expect((await dispatcher.verdict(commit)).log).toBe('one');
  rmSync(state, { recursive: true });
  expect((await dispatcher.verdict(commit)).log).toBe('one');
  expect(lockSlot(join(state, 'slots/1/lock'))).toBeNull();
});

test('a slot without its runs, its pipe and its borrowed objects is whole for the next run', async () => {
  const { dispatcher, commit, state } = await runner('cat a.txt');
  expect((await dispatcher.verdict(commit)).log).toBe('one');
  for (const part of ['runs', 'output', 'tree/.git/objects']) {
    rmSync(join(state, 'slots/1', part), { recursive: true });
  }
  expect((await dispatcher.verdict(commit)).log).toBe('one');
});

test('a run whose slot was deleted under it is handed back, whatever its suite said', async () => {
  const { dispatcher, commit, state } = await runner('touch ../started; sleep 60');
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => existsSync(join(state, 'slots/1/started')));
  rmSync(state, { recursive: true });
  dispatcher.send({ verb: 'cancel', run });
  const back = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(back.body).toMatchObject({ reason: 'machine-fault' });
  expect(back.body.detail).toContain('deleted');
});

test('a runner whose slot another one took, its lock deleted, hands its runs back', async () => {
  const { dispatcher, commit, state } = await runner('true');
  rmSync(join(state, 'slots/1/lock'));
  const other = lockSlot(join(state, 'slots/1/lock'));
  onTestFinished(() => other?.release());
  expect(other).not.toBeNull();
  dispatcher.runtest(commit);
  const back = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(back.body.detail).toContain('another took its place');
  // When that one is gone, the slot is ours again.
  other?.release();
  expect((await dispatcher.verdict(commit)).report.end).toBe('passed');
});

test('a runner whose clone is gone hands its run back as one that leaves, and makes no clone up', async () => {
  const dispatcher = await runnerDispatcher();
  const { path, commit } = makeRepository();
  const first = commit('one');
  const state = join(path, '.git', 'trivet');
  const { exits, sentences } = await runnerFor({
    clone: path,
    state,
    dispatcherPort: dispatcher.port,
  });
  await eventually('it is there', () => dispatcher.connected);
  rmSync(path, { recursive: true });
  dispatcher.runtest(first);
  await eventually('a handback', () => dispatcher.said('handback').length > 0);
  await eventually('it has left', () => exits.length > 0);
  expect(exits).toEqual([2]);
  const said = dispatcher.heard.filter(({ verb }) => verb === 'draining' || verb === 'handback');
  expect(said.map(({ verb }) => verb)).toEqual(['draining', 'handback']);
  expect(dispatcher.said('handback')[0]?.body).toMatchObject({ reason: 'stopped' });
  expect(sentences()).toContain(`the clone ${path} is gone: this runner leaves`);
  expect(existsSync(path)).toBe(false);
});

async function runner(command: string) {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': 'one' });
  const state = temporaryFolder();
  await runnerFor({ clone: repository.path, state, dispatcherPort: dispatcher.port, command });
  await eventually('the runner is there', () => dispatcher.connected);
  return { dispatcher, commit, state };
}
