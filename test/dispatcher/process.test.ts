import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classicRunner, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import {
  type DispatcherProcess,
  launchDispatcher,
  spawnDispatcher,
} from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { portToKeep } from '../support/ports.js';

const c = commit(0xc0ffee);
const d = commit(0xdecade);

/** Waits until the process tells of that event. */
const told = (dispatcher: DispatcherProcess, event: string) =>
  eventually(event, () => dispatcher.told.find((line) => line.event === event));

test('SIGHUP asks a process without a terminal to read anew, and ends nothing', async () => {
  const dispatcher = await spawnDispatcher(temporaryFolder());
  const runner = await modernPeer(dispatcher.port, { role: 'runner', name: 'ada' });
  dispatcher.kill('SIGHUP');
  dispatcher.kill('SIGHUP');
  // By this node would let any user of the machine run code in it.
  dispatcher.kill('SIGUSR1');
  expect(await tell(dispatcher.port, `dispatch:${c}\n`)).toBe('OK');
  await runner.hears('runtest');
  runner.socket.destroy();
  dispatcher.kill('SIGTERM');
  dispatcher.kill('SIGTERM');
  await dispatcher.exit;
});

test('an IPv6 address is told as others write it', async () => {
  const flags = ['--host', '::1'];
  const { port, told } = await spawnDispatcher(temporaryFolder(), { flags });
  const msg = told.find(({ event }) => event === 'listening')?.['msg'];
  expect(msg).toMatch(`dispatcher on [::1]:${port}, `);
  expect(msg).toMatch(`http://[::1]:${port}/`);
});

describe('A32: SIGKILL between acceptance and result', () => {
  test('A27, A41: nothing is lost, and the run that went on meanwhile is not run again', async () => {
    const folder = temporaryFolder();
    const port = await portToKeep();
    const first = await spawnDispatcher(folder, { port });
    const before = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
    expect(await tell(first.port, `dispatch:${c}\n`)).toBe('OK');
    expect(await tell(first.port, `dispatch:${d}\n`)).toBe('OK');
    const { run } = await before.hears('runtest');
    before.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('half ') });
    first.kill('SIGKILL');
    await first.exit;

    const second = await spawnDispatcher(folder, { port });
    expect(await told(second, 'recovered')).toMatchObject({ waiting: 1, leased: 1 });
    expect(await type(port, `verdict:${c}`)).toBe('running\n');
    const hello = { role: 'runner', name: 'ada', repository: 'demo' } as const;
    const after = await modernPeer(port, { ...hello, runs: [{ run, commit: c }] });
    const { offset } = await after.hears('want');
    expect(offset).toBeLessThanOrEqual(5);
    after.finishes(run, 'half and half');
    await after.hears('recorded');
    const next = await after.hears('runtest');
    expect([next.commit, next.body.number]).toEqual([d, 1]);
    after.finishes(next.run, 'done');
    await after.hears('recorded');
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
    expect(await type(port, `why:${c}`)).not.toContain('Run 2');
    expect(readFileSync(join(folder, 'results', c), 'utf8')).toBe('half and half');
  });

  test('A26: an acknowledgement that was lost with it is given again', async () => {
    const folder = temporaryFolder();
    const first = await spawnDispatcher(folder);
    const before = await modernPeer(first.port, { role: 'runner', name: 'ada' });
    await tell(first.port, `dispatch:${c}`);
    const { run } = await before.hears('runtest');
    before.finishes(run, 'done', 'failed');
    await before.hears('recorded');
    first.kill('SIGKILL');
    await first.exit;

    const { port } = await spawnDispatcher(folder);
    const runs = [{ run, commit: c }];
    const after = await modernPeer(port, { role: 'runner', name: 'ada', runs });
    expect(await after.hears('recorded')).toMatchObject({ run });
    expect(await type(port, `verdict:${c}`)).toBe('failed\n');
  });
});

describe('A41: Ctrl-C', () => {
  test('A41: ends at once where only waiting commits are left; the port is free at once', async () => {
    const folder = temporaryFolder();
    const port = await portToKeep();
    const first = await spawnDispatcher(folder, { port });
    await tell(port, `dispatch:${c}`);
    first.kill('SIGINT');
    expect((await first.exit).code).toBe(0);
    await spawnDispatcher(folder, { port });
    expect(await type(port, `verdict:${c}`)).toBe('waiting\n');
  });

  test('first drains: the run that is out is waited for, its result kept; then code 0', async () => {
    const folder = temporaryFolder();
    const dispatcher = await spawnDispatcher(folder);
    const runner = await modernPeer(dispatcher.port, { role: 'runner', name: 'ada' });
    await tell(dispatcher.port, `dispatch:${c}`);
    await tell(dispatcher.port, `dispatch:${d}`);
    const { run } = await runner.hears('runtest');
    dispatcher.kill('SIGINT');
    await told(dispatcher, 'draining');
    runner.finishes(run, 'done');
    await runner.hears('recorded');
    expect((await dispatcher.exit).code).toBe(0);
    expect(runner.heard.filter(({ verb }) => verb === 'runtest')).toHaveLength(1);
    const { port } = await spawnDispatcher(folder);
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
    expect(await type(port, `verdict:${d}`)).toBe('waiting\n');
  });

  test('second ends at once, with code 3, and loses nothing', async () => {
    const folder = temporaryFolder();
    const dispatcher = await spawnDispatcher(folder);
    const runner = await modernPeer(dispatcher.port, { role: 'runner', name: 'ada' });
    await tell(dispatcher.port, `dispatch:${c}`);
    await runner.hears('runtest');
    dispatcher.kill('SIGINT');
    await told(dispatcher, 'draining');
    dispatcher.kill('SIGINT');
    expect((await dispatcher.exit).code).toBe(3);
    const { port } = await spawnDispatcher(folder);
    expect(await type(port, `verdict:${c}`)).toBe('running\n');
  });
});

describe('bad input: one sentence, and exit code 2', () => {
  test('A41: a port that is in use', async () => {
    const { port } = await spawnDispatcher(temporaryFolder());
    const { code, stderr } = await launchDispatcher(temporaryFolder(), '--port', String(port)).exit;
    expect(stderr).toMatch(
      new RegExp(`^Cannot listen on .*:${port} \\(another process listens there, `),
    );
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 2]);
  });

  test('a data folder that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data'), 'a file in its place');
    const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot use the data folder/)]);
  });

  test('a data folder where the system allows none', async () => {
    const { code, stderr } = await launchDispatcher('/proc/trivet', '--port', '0').exit;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot use the data folder/)]);
  });

  test('a data folder that is removed meanwhile: what has no name on disk is never OK', async () => {
    const folder = temporaryFolder();
    const dispatcher = await spawnDispatcher(folder);
    expect(await tell(dispatcher.port, `dispatch:${c}`)).toBe('OK');
    rmSync(join(folder, 'data'), { recursive: true });
    expect(await tell(dispatcher.port, `dispatch:${commit(1)}`).catch(() => '')).toBe('');
    const { code, stderr } = await dispatcher.exit;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/was removed or replaced/)]);
  });

  test('a results folder that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'results'), 'a file in its place');
    const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot write results to/)]);
  });

  test('a data folder that another dispatcher uses', async () => {
    const folder = temporaryFolder();
    await spawnDispatcher(folder);
    const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Another dispatcher uses/)]);
  });
});

test('a results folder that was tampered with costs a copy, never the dispatcher', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'results', c), { recursive: true });
  const dispatcher = await spawnDispatcher(folder);
  const runner = await classicRunner(dispatcher.port, 'py2');
  await runner.register();
  await tell(dispatcher.port, `dispatch:${c}`);
  await told(dispatcher, 'leased');
  expect(await runner.sendResult(c, 'OK')).toBe('OK');
  expect(await type(dispatcher.port, `verdict:${c}`)).toBe('passed\n');
});

test('a results folder that was cleared away is made again', async () => {
  const folder = temporaryFolder();
  const dispatcher = await spawnDispatcher(folder);
  const runner = await classicRunner(dispatcher.port, 'py2');
  await runner.register();
  rmSync(join(folder, 'results'), { recursive: true });
  await tell(dispatcher.port, `dispatch:${c}`);
  await told(dispatcher, 'leased');
  expect(await runner.sendResult(c, 'fine')).toBe('OK');
  expect(readFileSync(join(folder, 'results', c), 'utf8')).toBe('fine');
});
