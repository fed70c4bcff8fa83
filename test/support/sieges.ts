/**
 * Owns a siege: a dispatcher in its own process, honest peers who use it all the while, and an
 * attack. Afterwards the dispatcher must be as it was: memory, descriptors, processor; and no
 * honest peer may have waited long or lost its session.
 */

import * as net from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type } from './classic-peers.js';
import { commit } from './commits.js';
import { type DispatcherProcess, spawnDispatcher } from './dispatchers.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './git.js';
import { modernPeer } from './modern-peers.js';
import { vitals } from './vitals.js';

/**
 * Attacker, defender and other tests share two cores with whatever else runs there (22 s were seen with
 * a dozen busy processes), so this is what no stall of a machine
 * explains; what honest peers typically wait is printed.
 */
const patienceMs = 60_000;

/** What is left after an attack may be twice what was there, and what the heap keeps for later. */
const memoryRatio = 2;
const heapKeepsBytes = 128 * 1_024 * 1_024;

/** Of the second after an attack, at most so much is work. */
const idleWorkMs = 250;

/** Lays siege; `attack` resolves when it is over. */
export async function siege(
  name: string,
  attack: (dispatcher: DispatcherProcess) => Promise<unknown>,
  keepsBytes = heapKeepsBytes,
): Promise<void> {
  const dispatcher = await spawnDispatcher(temporaryFolder());
  const { pid, port } = dispatcher;
  const runner = await modernPeer(port, { role: 'runner', name: 'honest', repository: 'honest' });
  await ask(port);
  const before = vitals(pid);

  let isOver = false;
  const over = attack(dispatcher).finally(() => {
    isOver = true;
  });
  const waits: number[] = [];
  do waits.push(await ask(port));
  while (!isOver);
  await over;
  waits.push(await ask(port));

  await eventually('its connections are gone', () => vitals(pid).descriptors <= before.descriptors);
  await eventually('its memory is back', () => {
    return vitals(pid).memoryBytes < before.memoryBytes * memoryRatio + keepsBytes;
  });
  const { processorMs } = vitals(pid);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(vitals(pid).processorMs - processorMs).toBeLessThan(idleWorkMs);

  // A session that was never cut, and a commit that goes its whole way.
  const handed = commit(0xfeed);
  await type(port, `dispatch:${handed}`);
  const { run } = await runner.hears('runtest');
  runner.finishes(run, 'well');
  await runner.hears('recorded');
  waits.sort((a, b) => a - b);
  const [middle, worst] = [waits[Math.floor(waits.length / 2)] ?? 0, waits.at(-1) ?? 0];
  const growth = (vitals(pid).memoryBytes - before.memoryBytes) / 1_048_576;
  process.stdout.write(
    `siege: ${name}: ${waits.length} honest requests, median ${middle.toFixed(1)} ms, ` +
      `worst ${worst.toFixed(0)} ms; ${growth.toFixed(0)} MiB more afterwards\n`,
  );
  expect(worst).toBeLessThan(patienceMs);
}

/** Opens so many connections, a hundred at a time. */
export async function crowd(port: number, count: number): Promise<net.Socket[]> {
  const sockets: net.Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, () =>
      connected(port),
    );
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

/** Resolves once all of them are closed by the other side. */
export async function closed(sockets: readonly net.Socket[]): Promise<void> {
  for (const socket of sockets) socket.resume();
  await eventually('all are closed', () => sockets.every((socket) => socket.closed), 30_000);
}

/** Writes again and again until it is closed. */
export async function endlessly(socket: net.Socket, bytes: Uint8Array | string): Promise<void> {
  while (!socket.destroyed) {
    const hasRoom = socket.write(bytes);
    await new Promise<void>((resolve) => {
      if (hasRoom) setImmediate(resolve);
      else {
        socket.once('drain', resolve);
        socket.once('close', () => resolve());
      }
    });
  }
}

function connected(port: number): Promise<net.Socket> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () => resolve(socket));
    // Cut off by the dispatcher is what an attacker expects.
    socket.on('error', () => resolve(socket));
  });
}

/** What an honest peer does; answers how long it took. */
async function ask(port: number): Promise<number> {
  const startedAt = performance.now();
  expect(await type(port, `verdict:${commit(1)}`)).toBe('unknown\n');
  return performance.now() - startedAt;
}
