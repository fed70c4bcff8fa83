import * as net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type LogId, logIdOf, type RunId } from '../../src/protocol/ids.js';
import type { StepReport } from '../../src/protocol/work.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { type ModernPeer, modernPeer } from '../support/modern-peers.js';
import { planned } from '../support/plans.js';

const c = commit(0xc0ffee);

const twoSteps = `
steps:
  build:
    image: golang
    commands: go build
  test:
    image: golang
    commands: go test
`;

async function dispatched(port: number, files: Readonly<Record<string, string>>, message = '') {
  const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'demo' });
  observer.say({ verb: 'dispatch', commit: c, body: planned(files, { message }) });
  await observer.hears('accepted');
}

function runner(port: number, name: string, runs: readonly RunId[] = []) {
  const knows = ['jobs', 'work'];
  const held = runs.map((run) => ({ run, commit: c }));
  return modernPeer(port, { role: 'runner', name, repository: 'demo', knows, runs: held });
}

function step(number: number, name: string, more: Partial<StepReport> = {}): StepReport {
  const nothing = { exitCode: null, reason: '', startedAfterMs: 0, durationMs: null, logBytes: 0 };
  return {
    number,
    name,
    isService: false,
    state: 'running',
    isIgnored: false,
    ...nothing,
    ...more,
  };
}

function logs(peer: ModernPeer, log: LogId, text: string, offset = 0): void {
  peer.say({ verb: 'log', log, offset, body: Buffer.from(text) });
}

/** What was said is heard in order: so is all that came before. */
async function hasHeard(peer: ModernPeer): Promise<void> {
  peer.say({ verb: 'ping' });
  await peer.hears('pong');
}

/** Somebody who reads an answer as it comes. */
function reader(port: number, request: string) {
  let [text, hasEnded] = ['', false];
  const socket = net.connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('end', () => {
    hasEnded = true;
  });
  socket.write(request);
  return { text: () => text, hasEnded: () => hasEnded };
}

const ending = { signal: null, reason: '', logBytes: 0, durationMs: 9 };

test('each step has a log of its own, and the job’s is all of them in order', async () => {
  const { port, result } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps });
  const ada = await runner(port, 'ada');
  const { run, body } = await ada.hears('runtest');
  expect(body.work?.steps.map(({ name }) => name)).toEqual(['build', 'test']);
  const live = type(port, `log:${c}`);
  ada.say({ verb: 'step', run, body: step(1, 'build') });
  logs(ada, logIdOf(run, 1), 'built\n');
  await hasHeard(ada);
  expect(await type(port, 'status')).toMatch(/tests \w+:woodpecker \(build\) for/);
  const built = step(1, 'build', { state: 'passed', exitCode: 0, durationMs: 1_200, logBytes: 6 });
  ada.say({ verb: 'step', run, body: built });
  logs(ada, logIdOf(run, 2), 'red');
  const tested = step(2, 'test', {
    ...{ state: 'failed', exitCode: 3, durationMs: 3_400, logBytes: 3 },
  });
  ada.say({
    verb: 'results',
    run,
    body: { end: 'failed', exitCode: 3, steps: [built, tested], ...ending },
  });
  await ada.hears('recorded');
  const whole = [
    '--- build: passed after 1.2 s ---\nbuilt\n',
    '--- test: failed after 3.4 s with exit code 3 ---\nred',
  ].join('');
  expect(await type(port, `log:${c}`)).toBe(whole);
  expect(result(c).toString()).toBe(whole);
  expect(await live).toContain(
    '--- build: running ---\nbuilt\n--- build: passed after 1.2 s ---\n',
  );
  expect(await type(port, `why:${c}`)).toMatch(
    /failed.* with exit code 3\.\n {2}step build: passed after 1\.2 s\n {2}step test: failed/,
  );
});

test('who follows a job whose runner dies in mid-step reads on in the next run, from its start', async () => {
  const { port } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps });
  const ada = await runner(port, 'ada');
  const first = (await ada.hears('runtest')).run;
  ada.say({ verb: 'step', run: first, body: step(1, 'build') });
  logs(ada, logIdOf(first, 1), 'half a');
  await hasHeard(ada);
  const live = reader(port, `log:${c}\n`);
  const ofTheFirst = reader(port, `log:${c}:woodpecker:1\n`);
  await eventually('it reads', () => live.text().endsWith('half a'));
  ada.socket.destroy();
  const bob = await runner(port, 'bob');
  const { run } = await bob.hears('runtest');
  const built = step(1, 'build', { state: 'passed', exitCode: 0, durationMs: 100, logBytes: 6 });
  bob.say({ verb: 'step', run, body: step(1, 'build') });
  logs(bob, logIdOf(run, 1), 'built\n');
  bob.say({ verb: 'step', run, body: built });
  const skipped = step(2, 'test', { state: 'skipped', startedAfterMs: null });
  bob.say({
    verb: 'results',
    run,
    body: { end: 'passed', exitCode: 0, steps: [built, skipped], ...ending },
  });
  await eventually('it has read all', () => live.hasEnded());
  expect(live.text()).toMatch(
    /^--- build: running ---\nhalf a\n.*--- run 2 ---\n--- build: running ---\nbuilt\n--- build: passed/s,
  );
  await eventually('who reads one run is not led into the next', () => ofTheFirst.hasEnded());
  expect(ofTheFirst.text()).toMatch(/^--- build: running ---\nhalf a\n?$/);
  expect(await type(port, `log:${c}:woodpecker:1`)).toBe(
    '--- build: stopped: how it ended is not known, as its run was lost ---\nhalf a',
  );
});

test('a step’s log with a gap is asked for again, and nothing is recorded before it is whole', async () => {
  const { port } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps });
  const ada = await runner(port, 'ada');
  const { run } = await ada.hears('runtest');
  const [first, second] = [logIdOf(run, 1), logIdOf(run, 2)];
  logs(ada, first, 'late', 4);
  expect(await ada.hears('want')).toMatchObject({ log: first, offset: 0 });
  logs(ada, first, 'early');
  const steps = [
    step(1, 'build', { state: 'passed', logBytes: 5 }),
    step(2, 'test', { state: 'passed', logBytes: 4 }),
  ];
  const report = { end: 'passed' as const, exitCode: 0, steps, ...ending };
  ada.say({ verb: 'results', run, body: report });
  expect(await ada.hears('want')).toMatchObject({ log: second, offset: 0 });
  logs(ada, second, 'done');
  ada.say({ verb: 'results', run, body: report });
  await ada.hears('recorded');
});

test('a runner that comes back is told how much is there of the log of each step', async () => {
  const { port } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps });
  const before = await runner(port, 'ada');
  const { run } = await before.hears('runtest');
  logs(before, run, 'a warning\n');
  logs(before, logIdOf(run, 2), 'half ');
  await hasHeard(before);
  before.socket.destroy();
  const after = await runner(port, 'ada', [run]);
  expect(await after.hears('want')).toMatchObject({ log: run, offset: 10 });
  expect(await after.hears('want')).toMatchObject({ log: logIdOf(run, 2), offset: 5 });
});

test('a workflow file that is wrong is a job that is errored, whose log says where and why', async () => {
  const { port } = await startDispatcher();
  const broken = 'steps:\n  test:\n    image: golang\n    comands: go test\n    when: 7\n';
  await dispatched(port, { '.woodpecker/lint.yml': broken, '.woodpecker/test.yml': twoSteps });
  expect(await type(port, `verdict:${c}:lint`)).toBe('errored\n');
  expect(await type(port, `verdict:${c}:test`)).toBe('waiting\n');
  const log = await type(port, `log:${c}:lint`);
  expect(log).toMatch(/^\.woodpecker\/lint\.yml:\d+:\d+: /);
});

test('a commit whose message asks for that is skipped, and on record', async () => {
  const { port } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps }, 'Mend a comma [skip ci]');
  expect(await type(port, `verdict:${c}`)).toBe('skipped\n');
  expect(await type(port, `why:${c}`)).toContain('skipped: its message asks for that');
});

test('what a job’s steps are survives the dispatcher, and is not told to those who watch', async () => {
  const before = await startDispatcher();
  await dispatched(before.port, { '.woodpecker.yml': twoSteps });
  before.close();
  const again = await startDispatcher({ folder: before.folder });
  const spectator = await modernPeer(again.port, {
    role: 'spectator',
    name: 'vera',
    after: { seq: 0, atMs: 0 },
  });
  const told = (await spectator.hears('entry')).body;
  expect(told).toMatchObject({ kind: 'accepted', name: 'woodpecker' });
  expect(told).not.toHaveProperty('work');
  const { body } = await (await runner(again.port, 'ada')).hears('runtest');
  expect(body.work?.steps).toHaveLength(2);
});

test('a runner of an earlier release is not given a job with steps, and the reason says so', async () => {
  const { port } = await startDispatcher();
  await dispatched(port, { '.woodpecker.yml': twoSteps });
  await modernPeer(port, { role: 'runner', name: 'old', repository: 'demo', knows: ['jobs'] });
  expect(await type(port, `why:${c}`)).toContain('old cannot take a job');
  expect(await tell(port, `verdict:${c}\n`)).toBe('waiting\n');
});
