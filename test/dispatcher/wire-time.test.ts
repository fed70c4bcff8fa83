import * as net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { firstMessageWithinMs, heartbeatEveryMs } from '../../src/protocol/limits.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { handClock } from '../support/hand-clock.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);

describe('time, by hand', () => {
  test('A37: an idle dispatcher has one timer, the beat', async () => {
    const clock = handClock();
    await startDispatcher({ clock });
    expect(clock.pending).toBe(1);
    clock.pass(10 * heartbeatEveryMs);
    expect([clock.pending, clock.called]).toEqual([1, 40]);
  });

  test('A37: with a commit that waits and a session too: nothing spins', async () => {
    const clock = handClock();
    const { port } = await startDispatcher({ clock });
    const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'demo' });
    observer.say({ verb: 'dispatch', commit: c, body: { branch: '', author: '', subject: '' } });
    await observer.hears('accepted');
    expect(clock.pending).toBe(1);
  });

  test('A40: 200 connections that say nothing are closed when their time is up', async () => {
    const clock = handClock();
    const { port } = await startDispatcher({ clock });
    let closed = 0;
    let connected = 0;
    for (let n = 0; n < 200; n += 1) {
      const socket = net.connect({ port, host: '127.0.0.1' }, () => {
        connected += 1;
      });
      socket.on('close', () => {
        closed += 1;
      });
      socket.resume();
      onTestFinished(() => {
        socket.destroy();
      });
    }
    // The beat, and for each connection a first word and a whole request to wait for.
    await eventually('all are accepted', () => connected === 200 && clock.pending === 401);
    clock.pass(firstMessageWithinMs);
    await eventually('all are closed', () => closed === 200);
    expect(clock.pending).toBe(1);
  });

  test('A40: one that drips its request for ever is told what is missing', async () => {
    const clock = handClock();
    const { port } = await startDispatcher({ clock });
    const socket = net.connect({ port, host: '127.0.0.1' });
    onTestFinished(() => {
      socket.destroy();
    });
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString();
    });
    for (let drips = 0; drips < 40 && heard === ''; drips += 1) {
      socket.write(drips === 0 ? `results:${c}:1000:` : 'x');
      const before = socket.bytesWritten;
      await eventually('the drip has left', () => socket.bytesWritten >= before || heard !== '');
      await new Promise((resolve) => setImmediate(resolve));
      clock.pass(4_000);
    }
    await eventually('it is answered', () => heard !== '');
    expect(heard).toContain('too short');
  });
});
