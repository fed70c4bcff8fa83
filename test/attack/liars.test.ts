/**
 * Peers that lie: about offsets, about runs, about who they are; and those that register without
 * end. None of them changes what belongs to another, and each is answered once, definitely.
 */

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logIdOf, type RunId } from '../../src/protocol/ids.js';
import { logChunkBytesMax } from '../../src/protocol/limits.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { type RunningDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';
import { planned } from '../support/plans.js';

const c = commit(0xc0ffee);
const report = { end: 'passed', exitCode: 0, signal: null, reason: '', durationMs: 1 } as const;

describe('a runner that lies', () => {
  test('about an offset is asked for the one that is wanted, and leaves no hole', async () => {
    const { dispatcher, runner, run } = await leased();
    for (const offset of [1, 4_096, Number.MAX_SAFE_INTEGER]) {
      runner.say({ verb: 'log', log: run, offset, body: Buffer.from('lie') });
      expect(await runner.hears('want')).toMatchObject({ log: run, offset: 0 });
    }
    runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('truth') });
    runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('other') });
    runner.say({ verb: 'results', run, body: { ...report, logBytes: 5 } });
    await runner.hears('recorded');
    expect(dispatcher.result(c).toString()).toBe('truth');
  });

  test('about the length of its log is not believed before it is there', async () => {
    const { dispatcher, runner, run } = await leased();
    const logBytes = Number.MAX_SAFE_INTEGER;
    runner.say({ verb: 'results', run, body: { ...report, logBytes } });
    expect(await runner.hears('want')).toMatchObject({ log: run, offset: 0 });
    expect(await type(dispatcher.port, `verdict:${c}`)).toBe('running\n');
  });

  test.each(['00000000-1', 'ffffffff-999999999999999'])(
    'about a run that it never had (%s) is told that nobody waits for it',
    async (name) => {
      const { dispatcher, runner } = await leased();
      const run = name as RunId;
      runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('lie') });
      await runner.hears('revoked');
      runner.say({ verb: 'results', run, body: { ...report, logBytes: 0 } });
      await runner.hears('revoked');
      runner.say({ verb: 'handback', run, body: { reason: 'stopped', detail: '' } });
      expect(await type(dispatcher.port, `verdict:${c}`)).toBe('running\n');
    },
  );

  test('about a run of another cannot touch it', async () => {
    const { dispatcher, runner, run } = await leased();
    const thief = await modernPeer(dispatcher.port, { role: 'runner', name: 'ada' });
    thief.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('forged') });
    thief.say({ verb: 'results', run, body: { ...report, logBytes: 0 } });
    thief.say({ verb: 'handback', run, body: { reason: 'stopped', detail: '' } });
    await thief.hears('revoked');
    runner.finishes(run, 'true', 'failed');
    await runner.hears('recorded');
    expect(dispatcher.result(c).toString()).toBe('true');
    expect(await type(dispatcher.port, `verdict:${c}`)).toBe('failed\n');
  });

  test('about its role is hung up on or not heard', async () => {
    const { dispatcher, run } = await leased();
    const observer = await modernPeer(dispatcher.port, { role: 'observer', name: 'eve' });
    observer.say({ verb: 'results', run, body: { ...report, logBytes: 0 } });
    await observer.hears('revoked');
    observer.say({ verb: 'welcome', body: { session: 's', heartbeatEveryMs: 10 } });
    await observer.hears('refused');
    await eventually('it is closed', observer.isClosed);
    expect(await type(dispatcher.port, `verdict:${c}`)).toBe('running\n');
  });

  test('and floods its log fills its own file, byte for byte, while others are heard', async () => {
    const { dispatcher, runner, run } = await leased();
    const chunks = 500;
    const body = Buffer.alloc(logChunkBytesMax, 'flood ');
    for (let index = 0; index < chunks; index += 1) {
      runner.say({ verb: 'log', log: run, offset: index * body.length, body });
    }
    runner.say({ verb: 'results', run, body: { ...report, logBytes: chunks * body.length } });
    while ((await type(dispatcher.port, `verdict:${c}`)) === 'running\n');
    expect(dispatcher.result(c).length).toBe(chunks * body.length);
  });
});

/** Ten thousand connections on a machine that is busy with other things. */
const crowdMs = 600_000;

describe('whoever registers without end', () => {
  test(
    'at 10,000 addresses is told BUSY after the thousandth',
    async () => {
      const { port } = await startDispatcher();
      const replies = new Map<string, number>();
      for (let first = 1; first <= 10_000; first += 200) {
        const some = Array.from({ length: 200 }, (_, index) =>
          type(port, `register:192.0.2.${(first + index) % 250}:${first + index}`),
        );
        for (const reply of await Promise.all(some)) {
          replies.set(reply, (replies.get(reply) ?? 0) + 1);
        }
      }
      expect([...replies]).toEqual([
        ['OK', 1_000],
        ['BUSY: 1000 classic runners are registered\n', 9_000],
      ]);
    },
    crowdMs,
  );

  test(
    '10,000 times at one address is one runner',
    async () => {
      const { port } = await startDispatcher();
      for (let count = 0; count < 10_000; count += 500) {
        const some = Array.from({ length: 500 }, () => tell(port, 'register:127.0.0.1:9\n'));
        expect(new Set(await Promise.all(some))).toEqual(new Set(['OK']));
      }
      expect(await type(port, 'status')).toMatch(/^[01] runners?, 0 observers/);
    },
    crowdMs,
  );

  test('10,000 times hello over one connection is hung up on at the second', async () => {
    const { port } = await startDispatcher();
    const peer = await modernPeer(port, { role: 'runner', name: 'eve' });
    const hello = '{"role":"runner","name":"eve"}';
    peer.socket.write(`hello:${hello.length}:${hello}\n`.repeat(10_000));
    await peer.hears('refused');
    await eventually('it is closed', peer.isClosed);
    expect(await type(port, 'status')).toMatch(/^0 runners/);
  });
});

describe('a name that is none', () => {
  const evil = [
    '..',
    '../../x',
    '--quiet',
    '-rf',
    'a\u0000b',
    '\u001b[2J',
    ' a',
    'a  b',
    'é',
    ' ',
    '$(id)',
  ];

  test.each(evil)('%j is no commit, no host, and the folders stay as they are', async (name) => {
    const { port, folder } = await startDispatcher();
    const verbs = ['dispatch', 'verdict', 'why', 'log', 'rerun', 'runtest', 'register'];
    for (const verb of verbs) {
      expect(await type(port, `${verb}:${name}`)).toMatch(/^Invalid command/);
    }
    expect(await type(port, `cancel:${name}\n`)).toMatch(/^(Invalid command|Nothing to cancel)/);
    expect(await type(port, `results:${name}:5:hello`)).toMatch(/^Invalid command/);
    expect(await type(port, `register:${name}:80`)).toMatch(/^Invalid command/);
    expect(filesIn(folder)).toEqual(['lock', 'trivet.db', 'trivet.db-shm', 'trivet.db-wal']);
  });

  test.each(evil.filter((name) => !['..', '--quiet', '-rf', 'é'].includes(name)))(
    '%j is no runner, repository or label either',
    async (name) => {
      const { port } = await startDispatcher();
      const hellos = [{ name }, { name: 'a', repository: name }, { name: 'a', labels: [name] }];
      for (const hello of hellos) {
        const text = JSON.stringify({ role: 'runner', ...hello });
        const said = await type(port, `hello:${Buffer.byteLength(text)}:${text}`);
        expect(said).toMatch(/^Invalid command: hello: /);
        expect(said).not.toContain('\u001b');
      }
    },
  );
});

async function leased() {
  const dispatcher: RunningDispatcher = await startDispatcher();
  const runner = await modernPeer(dispatcher.port, { role: 'runner', name: 'ada' });
  await type(dispatcher.port, `dispatch:${c}`);
  const { run } = await runner.hears('runtest');
  return { dispatcher, runner, run };
}

function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

test('an observer whose plan is nested without end is turned away, and costs nobody anything', async () => {
  const dispatcher = await startDispatcher();
  const observer = await modernPeer(dispatcher.port, { role: 'observer', name: 'eve' });
  const { jobs = [] } = planned({ '.trivet.yml': 'steps:\n  a: {image: plugin}\n' });
  const text = JSON.stringify({ branch: '', author: '', subject: '', jobs });
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const body = text.replace('"settings":{}', `"settings":{"x":${deep}}`);
  expect(body).not.toBe(text);
  observer.socket.write(`dispatch:${c}:${Buffer.byteLength(body)}:${body}\n`);
  await observer.hears('refused');
  expect(await type(dispatcher.port, `verdict:${c}`)).toBe('unknown\n');
});

describe('a runner that lies about its steps', () => {
  const named = { name: 'a', state: 'passed', isService: false, isIgnored: false } as const;
  const step = { ...named, exitCode: 0, reason: '', startedAfterMs: 0, durationMs: 1, logBytes: 0 };

  test('is asked to end a run of which it tells steps that the plan does not have', async () => {
    const { port, runner, run } = await withOneStep();
    runner.say({ verb: 'step', run, body: { ...step, number: 9 } });
    expect(await runner.hears('revoked')).toMatchObject({ run });
    runner.say({ verb: 'log', log: logIdOf(run, 9), offset: 0, body: Buffer.from('lie') });
    expect(await runner.hears('revoked')).toMatchObject({ run });
    expect(await type(port, `verdict:${c}`)).toBe('running\n');
  });

  test.each([
    ['a number beyond all', { ...step, number: 258 }],
    ['a time beyond all', { ...step, number: 1, durationMs: 1e19 }],
  ])('is refused where it tells %s, and the dispatcher goes on', async (_, told) => {
    const { port, runner, run } = await withOneStep();
    runner.say({ verb: 'results', run, body: { ...report, logBytes: 0, steps: [told] } });
    await runner.hears('refused');
    expect(await type(port, `verdict:${c}`)).toMatch(/running|waiting/);
  });

  async function withOneStep() {
    const { port } = await startDispatcher();
    const observer = await modernPeer(port, { role: 'observer', name: 'eve' });
    const body = planned({ '.trivet.yml': 'steps: {a: {commands: x}}\n' });
    observer.say({ verb: 'dispatch', commit: c, body });
    await observer.hears('accepted');
    const knows = ['jobs', 'work'];
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', knows });
    return { port, runner, run: (await runner.hears('runtest')).run };
  }
});

test('a reader of a commit with thousands of steps holds nobody up', async () => {
  const { port } = await startDispatcher();
  const observer = await modernPeer(port, { role: 'observer', name: 'eve' });
  const names = Array.from({ length: 120 }, (_, at) => `s${at}`);
  const steps = names.map((name) => `  - {name: ${name}, commands: x}\n`).join('');
  const axis = Array.from({ length: 16 }, (_, at) => String(at)).join(', ');
  const text = `matrix: {A: [${axis}]}\nsteps:\n${steps}`;
  observer.say({ verb: 'dispatch', commit: c, body: planned({ '.trivet.yml': text }) });
  await observer.hears('accepted');
  const knows = ['jobs', 'work'];
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', capacity: 16, knows });
  const told = names.map((name, at) => ({
    ...{ number: at + 1, name, isService: false, state: 'passed' as const, isIgnored: false },
    ...{ exitCode: 0, reason: '', startedAfterMs: 0, durationMs: 1, logBytes: 0 },
  }));
  for (let job = 0; job < 16; job += 1) {
    const { run } = await runner.hears('runtest');
    runner.say({ verb: 'results', run, body: { ...report, logBytes: 0, steps: told } });
    await runner.hears('recorded');
  }
  const log = type(port, `log:${c}`);
  expect(await type(port, `verdict:${c}`)).toBe('passed\n');
  expect((await log).match(/^--- s/gm)).toHaveLength(16 * 120);
}, 30_000);
