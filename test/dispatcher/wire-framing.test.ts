import * as net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { quietAfterMs } from '../../src/protocol/limits.js';
import { classicRunner, type Dialect, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const green = 'test_one ... ok\n\nRan 1 test in 0.001s\n\nOK\n';

describe('framing over real sockets', () => {
  /** A dispatcher, and a classic runner that was given the commit. */
  async function testing(dialect: Dialect = 'py2') {
    const dispatcher = await startDispatcher();
    const runner = await classicRunner(dispatcher.port, dialect);
    await runner.register();
    await tell(dispatcher.port, `dispatch:${c}`);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    return { ...dispatcher, runner };
  }

  /** Sends the pieces one by one, each in a segment of its own, and hears the reply. */
  const slowly = (port: number, pieces: readonly Buffer[], pauseMs = 1) =>
    new Promise<string>((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
      onTestFinished(() => {
        socket.destroy();
      });
      let at = 0;
      const next = () => {
        const piece = pieces[at];
        at += 1;
        if (piece !== undefined && !socket.destroyed)
          socket.write(piece, () => setTimeout(next, pauseMs));
      };
      socket.on('connect', next);
      socket.on('error', reject);
      socket.once('data', (reply) => resolve(reply.toString()));
      socket.once('close', () => resolve(''));
    });

  test('A5: `sta`, a pause longer than silence, `tus`', async () => {
    const { port } = await startDispatcher();
    expect(await slowly(port, [Buffer.from('sta'), Buffer.from('tus')], 2 * quietAfterMs)).toBe(
      'OK',
    );
  });

  test('A6: a header and its body in two segments', async () => {
    const { port, result } = await testing();
    const body = Buffer.from(green);
    const header = Buffer.from(`results:${c}:${body.length}:`);
    expect(await slowly(port, [header, body], 2 * quietAfterMs)).toBe('OK');
    expect(result(c)).toEqual(body);
  });

  test('A7: 300,000 bytes of results in many segments are stored to the last byte', async () => {
    const { port, result } = await testing();
    const body = Buffer.concat([Buffer.alloc(300_000 - 4, 'a:b\n\u0000'), Buffer.from('\nOK\n')]);
    const whole = Buffer.concat([Buffer.from(`results:${c}:${body.length}:`), body]);
    const pieces = Array.from({ length: Math.ceil(whole.length / 8_192) }, (_, index) =>
      whole.subarray(index * 8_192, (index + 1) * 8_192),
    );
    expect(await slowly(port, pieces, 0)).toBe('OK');
    expect(result(c).equals(body)).toBe(true);
  });

  test('A8, A9: colons and newlines around byte 1024 are stored as they are', async () => {
    const { port, result } = await testing();
    const body = `\n:${'x'.repeat(1_021)}\n\n\n:${'y'.repeat(1_022)}\n:\n\nOK\n\n`;
    expect(await tell(port, `results:${c}:${body.length}:${body}`)).toBe('OK');
    expect(result(c).toString()).toBe(body);
  });

  test('A10: Python 3’s 600 é lose no byte', async () => {
    const { runner, result } = await testing('py3');
    const body = `${'é'.repeat(600)}\nOK\n`;
    expect(await runner.sendResult(c, body)).toBe('OK');
    expect(result(c).toString()).toBe(body);
  });

  test.each([
    'dispatch',
    'register',
    'results:a',
    'status:',
    'nonsense',
    'register:localhost:http',
    'register:localhost:99999',
  ])('A11, A15, A16: %j is answered, the socket does not just close', async (text) => {
    const { port } = await startDispatcher();
    expect(await type(port, text)).toMatch(/^Invalid command: /);
  });

  test('A12: a port probe, a reset and a half-closed silence disturb nobody', async () => {
    const { port } = await startDispatcher();
    await new Promise<void>((resolve) => {
      const probe = net.connect({ port, host: '127.0.0.1' }, () => probe.resetAndDestroy());
      probe.on('close', () => resolve());
      probe.on('error', () => {});
    });
    const silent = net.connect({ port, host: '127.0.0.1' }, () => silent.end());
    await new Promise<void>((resolve) => silent.resume().on('close', () => resolve()));
    expect(await tell(port, 'status')).toBe('OK');
  });

  test('A13: a huge length is refused before anything is sent', async () => {
    const { port } = await startDispatcher();
    expect(await tell(port, `results:${c}:999999999999999999999:`)).toMatch(/too long/);
    expect(await tell(port, `results:${c}:2147483647:x`)).toMatch(/too long/);
  });

  test('A14: a long reply arrives whole', async () => {
    const { port } = await startDispatcher();
    const peer = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
    await tell(port, `dispatch:${c}`);
    const { run } = await peer.hears('runtest');
    const output = 'long line\n'.repeat(100_000);
    peer.finishes(run, output);
    await peer.hears('recorded');
    expect(await type(port, `log:${c}`)).toBe(output);
  });

  test('any garbage on the port gets an answer or a close, and the next peer is served', async () => {
    const { port } = await startDispatcher();
    const garbage = [
      Buffer.alloc(100_000, 0),
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
      Buffer.from('hello:5:{"a":\n'),
      Buffer.from('sta '.padEnd(50_000)),
    ];
    for (const bytes of garbage) {
      expect(await tell(port, bytes, Buffer.from('\n')).catch(() => 'reset')).toMatch(
        /Invalid|reset|^$/,
      );
    }
    expect(await tell(port, 'status')).toBe('OK');
  });
});
