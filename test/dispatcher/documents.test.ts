import { describe, expect, test } from 'vitest';
import { mostImportant } from '../../src/dispatcher/documents/states.js';
import type { Documents } from '../../src/protocol/documents.js';
import type { Commit, RunId } from '../../src/protocol/ids.js';
import { type Question, question } from '../../src/protocol/questions.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { type ModernPeer, modernPeer } from '../support/modern-peers.js';

/** A dispatcher, an observer of shop, and what asks it. */
async function shop() {
  const { port, dispatcher } = await startDispatcher();
  const observer = await modernPeer(port, { role: 'observer', name: 'o', repository: 'shop' });
  const runner = (name: string) =>
    modernPeer(port, { role: 'runner', name, repository: 'shop', knows: ['jobs', 'work'] });
  const handOver = async (of: Commit, { branch = 'main', subject = 'Change', ...rest } = {}) => {
    observer.say({
      verb: 'dispatch',
      commit: of,
      body: { branch, author: 'Ada', subject, ...rest },
    });
    await observer.hears('accepted');
  };
  const ask = async <What extends Question['what']>(what: What, about: object = {}) => {
    const asked = question.parse({ what, ...about });
    return (await dispatcher.view.answer(asked)) as unknown as Documents[What];
  };
  return { port, runner, handOver, ask };
}

/** The next run ends so. */
async function ends(runner: ModernPeer, end: 'passed' | 'failed'): Promise<RunId> {
  const { run } = await runner.hears('runtest');
  runner.finishes(run, 'output\n', end);
  await runner.hears('recorded');
  return run;
}

const step = (number: number, name: string, state: 'passed' | 'failed') => ({
  ...{ number, name, state, isService: false, isIgnored: false, exitCode: 0, reason: '' },
  ...{ startedAfterMs: 1, durationMs: 2, logBytes: 0 },
});

const tests = {
  ...{ passed: 4, failed: 1, skipped: 0, durationMs: 9, slowest: [], outcomes: [] },
  failures: [{ name: 'adds up', message: 'expected 1 to be 2', file: 'a.test.ts', line: 7 }],
};

test('a commit tells each attempt with why it ended, its steps, its tests and its story', async () => {
  const { runner, handOver, ask } = await shop();
  const ada = await runner('ada');
  await handOver(commit(1), { subject: 'Add up' });
  await ada.hears('runtest');
  ada.socket.destroy();
  const bob = await runner('bob');
  const { run } = await bob.hears('runtest');
  const going = step(1, 'unit', 'passed');
  bob.say({ verb: 'step', run, body: { ...going, state: 'running', durationMs: null } });
  const live = async () => (await ask('commit', { commit: commit(1) })).jobs[0]?.runs[1]?.steps[0];
  let state = '';
  await eventually('the step is seen', () => {
    void live().then((seen) => {
      state = seen?.state ?? '';
    });
    return state === 'running';
  });
  const ending = { exitCode: 1, signal: null, reason: '', durationMs: 30, logBytes: 0 };
  const steps = [{ ...going, state: 'failed' as const, exitCode: 1 }];
  bob.say({ verb: 'results', run, body: { end: 'failed', ...ending, steps, tests } });
  await bob.hears('recorded');
  const document = await ask('commit', { commit: commit(1).slice(0, 8) });
  expect(document).toMatchObject({ state: 'failed', subject: 'Add up', branch: 'main' });
  const [job] = document.jobs;
  expect(job?.runs).toMatchObject([
    { number: 1, runner: 'ada', ending: 'lost', because: 'closed its connection' },
    { number: 2, runner: 'bob', ending: 'failed', steps: [{ name: 'unit', state: 'failed' }] },
  ]);
  expect(job?.tests).toMatchObject({ failed: 1, failures: [{ name: 'adds up', line: 7 }] });
  expect(job?.story.map(({ says }) => says).join('\n')).toMatch(/runner ada closed its connection/);
});

describe('the overview', () => {
  test('names a branch that is red, since when, and how often in a row', async () => {
    const { runner, handOver, ask } = await shop();
    const ada = await runner('ada');
    for (const [number, end] of [
      [1, 'passed'],
      [2, 'failed'],
      [3, 'failed'],
    ] as const) {
      await handOver(commit(number), { subject: `Change ${number}` });
      await ends(ada, end);
    }
    await handOver(commit(9), { branch: 'topic' });
    await ends(ada, 'passed');
    const { red, newest } = await ask('overview');
    expect(red).toMatchObject([
      {
        branch: 'main',
        count: 2,
        isMore: false,
        since: { commit: commit(2), subject: 'Change 2' },
      },
    ]);
    expect(newest.map(({ state }) => state)).toEqual(['passed', 'failed', 'failed', 'passed']);
  });

  test('says of what runs how long it took before, and of what waits why', async () => {
    const { runner, handOver, ask } = await shop();
    const ada = await runner('ada');
    await handOver(commit(1));
    await ends(ada, 'passed');
    await handOver(commit(2));
    await ada.hears('runtest');
    await handOver(commit(3));
    const { running, waiting, counts } = await ask('overview');
    expect(counts).toEqual({ running: 1, waiting: 1, blocked: 0 });
    // What a runner that finishes at once reports.
    expect(running).toMatchObject([{ commit: commit(2), runner: 'ada', estimateMs: 5 }]);
    expect(waiting).toMatchObject([{ commit: commit(3), why: '1 runner, busy, first in line' }]);
  });
});

test('a runner has a history, also when it is gone', async () => {
  const { runner, handOver, ask } = await shop();
  const ada = await runner('ada');
  await handOver(commit(1));
  const run = await ends(ada, 'passed');
  expect((await ask('runner', { name: 'ada' })).now).toMatchObject({ state: 'idle', capacity: 1 });
  ada.socket.destroy();
  let isGone = false;
  await eventually('it is gone', () => {
    void ask('runner', { name: 'ada' }).then(({ now }) => {
      isGone = now === null;
    });
    return isGone;
  });
  const { history } = await ask('runner', { name: 'ada' });
  expect(history).toMatchObject([{ run, commit: commit(1), ending: 'passed' }]);
});

test('what is asked of a commit that nobody handed over is answered with a sentence', async () => {
  const { ask } = await shop();
  expect(await ask('commit', { commit: 'abcdef' })).toEqual({
    error: 'No commit that was handed over begins with abcdef',
  });
});

test('a commit has passed, though a job was skipped that is there for failures only', () => {
  expect(mostImportant(['passed', 'skipped', 'passed'])).toBe('passed');
  expect(mostImportant(['skipped', 'skipped'])).toBe('skipped');
  expect(mostImportant(['passed', 'failed', 'running'])).toBe('running');
});
