/**
 * Out of descriptors, out of disk: it pauses and says so. Nothing is lost, nothing crashes, and
 * when there is room again all goes on by itself. The disks are small tmpfs, mounted for the test.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type * as net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunId } from '../../src/protocol/ids.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerFor } from '../support/runners.js';
import { crowd } from '../support/sieges.js';

const c = commit(0xc0ffee);
const d = commit(0xdecade);

describe('descriptors', () => {
  test('more connections than the system allows are told BUSY; those inside are served', async () => {
    const descriptors = 256;
    const dispatcher = await spawnDispatcher(temporaryFolder(), { descriptors });
    const { port, told } = dispatcher;
    const saysThat = (event: string) =>
      eventually(`it says ${event}`, () => told.find((line) => line.event === event));
    const hello = { role: 'runner', name: 'ada', repository: 'demo', capacity: 200 } as const;
    const runner = await modernPeer(port, hello);
    const observer = await modernPeer(port, { ...hello, role: 'observer' });
    const other = await modernPeer(port, { role: 'observer', name: 'eye', repository: 'other' });
    const body = { branch: '', author: '', subject: '' };
    observer.say({ verb: 'dispatch', commit: c, body });
    runner.finishes((await runner.hears('runtest')).run, 'log of c');
    await runner.hears('recorded');
    other.say({ verb: 'dispatch', commit: d, body });
    await other.hears('accepted');

    const [reader] = await crowd(port, 1);
    const readerHears = dripping(reader, `log:${c}\n`);
    // A log that nobody will write: these stay, and wait.
    const sockets = await crowd(port, 2 * descriptors);
    for (const socket of sockets) socket.write(`log:${d}\n`);
    await saysThat('connections-used-up');
    for (const socket of sockets) socket.resume();
    // Three quarters of the descriptors are for connections, and four of these were there before.
    const places = (descriptors * 3) / 4 - 4;
    await eventually('those beyond are turned away', () => {
      return sockets.filter(({ closed }) => !closed).length === places;
    });
    // Each of these runs keeps its log open: more than there are descriptors left.
    const commits = Array.from({ length: 200 }, (_, index) => commit(index + 1));
    for (const one of commits) observer.say({ verb: 'dispatch', commit: one, body });
    const runs = new Map<RunId, string>();
    for (const _ of commits) {
      const { run, commit: one } = await runner.hears('runtest');
      runs.set(run, `log of ${one}`);
      runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('log of ') });
    }
    await saysThat('disk-full');
    expect(await readerHears()).toContain('BUSY: no further file');

    // Under load the end of what they write comes before the reset, and a probe must find out.
    for (const socket of sockets) socket.resetAndDestroy();
    for (const [run, log] of runs) runner.finishes(run, log);
    for (const _ of runs) await runner.hears('recorded');
    expect(await type(port, `log:${commit(200)}`)).toBe(`log of ${commit(200)}`);
    expect(told.filter(({ event }) => event === 'connections-used-up')).toHaveLength(1);
    // What is so for long is said once, and so is its end.
    const aboutLogs = told.filter(({ msg }) => /room for (a log|logs)/.test(String(msg)));
    const [full = 0, hasRoom = 0] = ['disk-full', 'disk-has-room'].map(
      (said) => aboutLogs.filter(({ event }) => event === said).length,
    );
    expect([full, full - 1]).toContain(hasRoom);
  });
});

/** Says a letter a second, so as not to be called silent, until it is asked what came back. */
function dripping(socket: net.Socket | undefined, line: string): () => Promise<string> {
  let heard = '';
  let said = 0;
  socket?.on('data', (bytes) => {
    heard += bytes;
  });
  const drip = setInterval(() => {
    socket?.write(line.charAt(said));
    said += 1;
  }, 1_000);
  onTestFinished(() => clearInterval(drip));
  return () => {
    clearInterval(drip);
    socket?.write(line.slice(said));
    return eventually('a reply', () => heard !== '' && heard);
  };
}

/** Only root may mount a small disk; the same is shown with a wrapped one in performer.test.ts. */
const mayMount = process.getuid?.() === 0;

describe.runIf(mayMount)('the dispatcher’s disk', () => {
  test('a full one pauses acceptance and says so; then nothing was lost', async () => {
    const folder = smallDisk('2m');
    const { port, told } = await spawnDispatcher(folder);
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    const free = fill(folder);
    const waiting = type(port, `dispatch:${d}`);
    await eventually('it says so', () => told.find(({ event }) => event === 'disk-full'));
    free();
    expect(await waiting).toBe('OK');
    await eventually('it says so', () => told.find(({ event }) => event === 'disk-has-room'));
    expect(await type(port, `verdict:${c}`)).toBe('waiting\n');
    expect(await type(port, `verdict:${d}`)).toBe('waiting\n');
  });

  test('a results folder that is full costs a copy, and gets it when there is room', async () => {
    const folder = temporaryFolder();
    const results = smallDisk('256k');
    const flags = ['--results', results];
    const { port, told } = await spawnDispatcher(folder, { flags });
    const free = fill(results);
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    runner.finishes((await runner.hears('runtest')).run, 'x'.repeat(50_000));
    await runner.hears('recorded');
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
    expect(await type(port, 'status')).toContain('1 runner');
    await eventually('it says so', () => told.find(({ msg }) => /room/.test(String(msg))));
    free();
    const path = join(results, c);
    await eventually('it is there', () => existsSync(path) && statSync(path).size === 50_000);
  });

  test('one SIGTERM ends it while its disk is full and a run is out', async () => {
    const folder = smallDisk('2m');
    const dispatcher = await spawnDispatcher(folder);
    const { port, told } = dispatcher;
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    await runner.hears('runtest');
    fill(folder);
    void type(port, `dispatch:${d}`).catch(() => {});
    await eventually('it says so', () => told.find(({ event }) => event === 'disk-full'));
    dispatcher.kill('SIGTERM');
    expect((await dispatcher.exit).code).toBe(0);
  });

  test('a full one lets a log wait, byte for byte', async () => {
    const folder = smallDisk('4m');
    const { port, told, result } = await startDispatcher({ folder });
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await type(port, `dispatch:${c}`);
    const { run } = await runner.hears('runtest');
    const free = fill(folder, 100_000);
    runner.finishes(run, 'a line of log\n'.repeat(100_000));
    await eventually('it says so', () => told.find(({ event }) => event === 'disk-full'));
    free();
    await runner.hears('recorded');
    expect(result(c).toString()).toBe('a line of log\n'.repeat(100_000));
  });
});

describe.runIf(mayMount)('the runner’s disk', () => {
  test('a full one hands the run back, and the next one is tested', async () => {
    const state = smallDisk('4m');
    const repository = makeRepository();
    const [big, small] = [
      repository.commit('big', { run: 'head -c 8000000 /dev/zero' }),
      repository.commit('small', { run: 'echo fine' }),
    ];
    const dispatcher = await runnerDispatcher();
    const to = { clone: repository.path, dispatcherPort: dispatcher.port, state };
    const { told } = await runnerFor({ ...to, command: 'sh ./run' });
    await eventually('it is there', () => dispatcher.connected);
    const run = dispatcher.runtest(big);
    const back = await eventually('a handback', () =>
      dispatcher.said('handback').find((message) => message.run === run),
    );
    expect(back.body).toMatchObject({ reason: 'machine-fault' });
    expect(back.body.detail).toMatch(/ENOSPC|no space/i);
    expect(told.map(({ msg }) => msg).join('\n')).toMatch(/ENOSPC|no space/i);
    const { log, report } = await dispatcher.verdict(small);
    expect([log, report.end]).toEqual(['fine\n', 'passed']);
  });
});

/** A folder with so little room, unmounted after the test. */
function smallDisk(size: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

/** Fills the disk but for so many bytes; answers what makes room again. */
function fill(folder: string, leaveBytes = 0): () => void {
  const filler = join(folder, 'filler');
  const { bytes } = room(folder);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bytes - leaveBytes)));
  return () => rmSync(filler);
}

function room(folder: string): { bytes: number } {
  const available = execFileSync('df', ['--output=avail', '-B1', folder], { encoding: 'utf8' });
  return { bytes: Number(available.trim().split('\n').at(-1)) };
}
