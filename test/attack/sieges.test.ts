/**
 * The port under attack by many, by the slow, by the endless and by those who never read.
 * `CONNECTIONS=10000 npx vitest run test/attack/sieges.test.ts` lays the full siege.
 */

import { expect, test, vi } from 'vitest';
import {
  classicBodyBytesMax,
  headerBytesMax,
  logChunkBytesMax,
} from '../../src/protocol/limits.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { introduce, modernPeer } from '../support/modern-peers.js';
import { closed, crowd, endlessly, siege } from '../support/sieges.js';

// A machine with a dozen busy processes needs minutes for what takes seconds.
vi.setConfig({ testTimeout: 600_000 });

const connections = Number(process.env['CONNECTIONS'] ?? 1_000);
const c = commit(0xc0ffee);
const megabyte = Buffer.alloc(1_024 * 1_024, 'x');

test(`A40: ${connections} connections that say nothing are closed, and cost nobody else`, () =>
  siege('silent connections', async ({ port }) => closed(await crowd(port, connections))));

test(`A40: ${connections} connections at once that ask are all answered`, () =>
  siege('many requests', async ({ port }) => {
    const sockets = await crowd(port, connections);
    for (const socket of sockets) socket.write(`verdict:${c}\n`);
    await closed(sockets);
    expect(sockets.every(({ bytesRead }) => bytesRead === 'unknown\n'.length)).toBe(true);
  }));

test('a slowloris that drips its request holds a connection and nothing else', () =>
  siege('slowloris', async ({ port }) => {
    const sockets = await crowd(port, connections / 2);
    const request = `results:${c}:100000:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`;
    for (const byte of request.slice(0, 60)) {
      for (const socket of sockets) socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const socket of sockets) socket.destroy();
  }));

test('a line without end is cut where no honest line would still go on', () =>
  siege('endless lines', async ({ port }) => {
    const sockets = await crowd(port, 100);
    await Promise.all(sockets.map((socket) => endlessly(socket, 'x'.repeat(headerBytesMax / 2))));
  }));

test('bodies without end are held only so far, and are let go of', () =>
  siege(
    'endless bodies',
    async ({ port }) => {
      // The second time adds nothing to what the system's allocator keeps from the first.
      for (let round = 0; round < 2; round += 1) {
        const sockets = await crowd(port, 15);
        for (const socket of sockets) {
          socket.write(`result:${c}:${classicBodyBytesMax}:`);
          for (let sent = 1; sent < 15; sent += 1) socket.write(megabyte);
        }
        const isSent = () => sockets.every(({ writableLength }) => writableLength === 0);
        await eventually('all is sent', isSent, 60_000);
        for (const socket of sockets) socket.write(Buffer.concat([megabyte, megabyte, megabyte]));
        await closed(sockets);
      }
    },
    512 * megabyte.length,
  ));

test('a peer that pings without end and never reads is cut off', () =>
  siege('pings never read', async ({ port }) => {
    const peer = await modernPeer(port, { role: 'runner', name: 'deaf', repository: 'none' });
    peer.socket.pause();
    await endlessly(peer.socket, 'ping\n'.repeat(10_000));
  }));

test('a reader of a log that never reads costs no memory, however long the log', () =>
  siege('log never read', async ({ port }) => {
    const runner = await modernPeer(port, { role: 'runner', name: 'chatty', repository: 'chatty' });
    const observer = await modernPeer(port, { role: 'observer', name: 'o', repository: 'chatty' });
    const subject = { branch: '', author: '', subject: '' };
    observer.say({ verb: 'dispatch', commit: c, body: subject });
    const { run } = await runner.hears('runtest');
    // In turns with the pings: honest peers live in this process as well.
    const logBytes = 30 * megabyte.length;
    const body = megabyte.subarray(0, logChunkBytesMax);
    for (let offset = 0; offset < logBytes; offset += body.length) {
      runner.say({ verb: 'log', log: run, offset, body });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const ending = { exitCode: 0, signal: null, reason: '', durationMs: 5 };
    runner.say({ verb: 'results', run, body: { end: 'passed', logBytes, ...ending } });
    await runner.hears('recorded');
    const readers = await crowd(port, 20);
    for (const reader of readers) {
      reader.pause();
      reader.write(`log:${c}\n`);
    }
    expect((await type(port, `log:${c}`)).length).toBe(logBytes);
    for (const reader of readers) reader.destroy();
    for (const { socket } of [runner, observer]) socket.destroy();
  }));

test('half a session, then silence, ends after three missed pings', () =>
  siege('half sessions', async ({ port }) => {
    const hello = { role: 'runner', repository: 'none' } as const;
    const peers = Array.from({ length: 300 }, (_, index) =>
      introduce(port, { ...hello, name: `mute-${index}` }),
    );
    for (const peer of peers) {
      peer.freeze();
      peer.socket.write('log:0badcafe-1:0:65536:and then nothing');
    }
    await eventually('all are closed', () => peers.every((peer) => peer.isClosed()));
  }));

test('a crowd that comes and goes as fast as it can', () =>
  siege('come and go', async ({ port }) => {
    for (let round = 0; round < 10; round += 1) {
      const sockets = await crowd(port, connections / 5);
      for (const [index, socket] of sockets.entries()) {
        if (index % 2 === 0) socket.write('hello:70:{"role":"runner"');
        if (index % 3 === 0) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }));
