import { existsSync, readdirSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { quietAfterMs } from '../../src/protocol/limits.js';
import { classicRunner, type Dialect, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const green = 'test_one ... ok\n\nRan 1 test in 0.001s\n\nOK\n';
const red = 'test_one ... FAIL\n\nRan 1 test in 0.001s\n\nFAILED (failures=1)\n';

/** Waits until the dispatcher says that word about the commit. */
const verdict = (port: number, of: string, word: string) => {
  let said = '';
  let asking = false;
  return eventually(`verdict ${word}, not ${said}`, () => {
    if (!asking) {
      asking = true;
      void type(port, `verdict:${of}`).then((text) => {
        said = text.trim();
        asking = false;
      });
    }
    return said === word;
  });
};

describe.each<[Dialect, 'OK' | 'ok', 'classic' | 'py3']>([
  ['py2', 'OK', 'classic'],
  ['py3', 'ok', 'py3'],
])('A51: the ancestor’s peers (%s) work unchanged', (dialect, ok, flag) => {
  test('A20: observer: `status` and `dispatch` hear %s, with or without a runner', async () => {
    const { port } = await startDispatcher({ dialect: flag });
    expect(await tell(port, 'status')).toBe(ok);
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    expect(await tell(port, `dispatch:${c}`)).toBe(ok);
  });

  test('runner: registers, is pinged and asked, and its result is kept', async () => {
    const { port, result } = await startDispatcher({ dialect: flag });
    const runner = await classicRunner(port, dialect);
    expect(await runner.register()).toBe(ok);
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    await eventually('the runner is pinged', () => runner.pings > 0);
    expect(await runner.sendResult(c, green)).toBe(ok);
    expect(result(c).toString()).toBe(green);
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
    expect(await type(port, `log:${c}`)).toBe(green);
    expect(await runner.sendResult(c, green)).toBe(ok);
  });

  test('A22: one that died just before hands its commit to the next', async () => {
    const { port, result } = await startDispatcher({ dialect: flag });
    const [first, second] = [
      await classicRunner(port, dialect),
      await classicRunner(port, dialect),
    ];
    await first.register();
    await second.register();
    await first.die();
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    await eventually('the second is asked', () => second.tested.includes(c));
    await second.sendResult(c, red);
    expect(await type(port, `verdict:${c}`)).toBe('failed\n');
    expect(result(c).toString()).toBe(red);
  });
});

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

describe('security', () => {
  test('A48: no text from outside names a file', async () => {
    const { port, folder } = await startDispatcher();
    expect(await tell(port, 'dispatch:../../x\n')).toMatch(/^Invalid command/);
    expect(await tell(port, 'results:../../x:5:hello')).toMatch(/^Invalid command/);
    expect(readdirSync(join(folder, 'results'))).toEqual([]);
    expect(existsSync(join(folder, '..', 'x'))).toBe(false);
  });

  test('A49: a forged pass, for a commit that no classic runner was given, is refused', async () => {
    const { port, folder } = await startDispatcher();
    await tell(port, `dispatch:${c}`);
    expect(await tell(port, `results:${c}:${green.length}:${green}`)).toMatch(/^No run of that/);
    expect(await type(port, `verdict:${c}`)).toBe('waiting\n');
    expect(readdirSync(join(folder, 'results'))).toEqual([]);
  });

  test('what a suite prints reaches a person’s `why` without terminal escapes', async () => {
    const { port } = await startDispatcher();
    const runner = await classicRunner(port, 'py2');
    await runner.register();
    await tell(port, `dispatch:${c}`);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    await runner.sendResult(c, 'FAILED \u001b[2J\u001b]0;title\u0007');
    const why = await type(port, `why:${c}`);
    expect(why).toContain('failed');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(why).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

test('what people may type: help, status, verdict, why, poll, cancel, rerun', async () => {
  const { port } = await startDispatcher();
  expect(await type(port, 'help')).toContain('verdict:<commit>');
  expect(await type(port, 'status')).toBe('0 runners, 0 observers; 0 running, 0 waiting\n');
  expect(await type(port, `verdict:${c}`)).toBe('unknown\n');
  expect(await type(port, `why:${c}`)).toBe(`${c} was never handed over.\n`);
  expect(await type(port, `log:${c}`)).toBe(`${c} was never handed over.\n`);
  expect(await type(port, 'poll')).toBe('No observer is connected\n');
  await type(port, `dispatch:${c}`);
  expect(await type(port, 'status')).toContain('0000000 waits: no runner');
  expect(await type(port, `why:${c}`)).toContain('It waits: no runner is registered.');
  expect(await type(port, `cancel:${c}`)).toBe('OK\n');
  await verdict(port, c, 'cancelled');
  expect(await type(port, `log:${c}`)).toBe('');
  expect(await type(port, `rerun:${c}`)).toBe('OK\n');
  await verdict(port, c, 'waiting');
});

test('a dispatcher closed with peers connected leaves nothing open', async () => {
  const { port, close } = await startDispatcher();
  const peer = await modernPeer(port, { role: 'runner', name: 'ada' });
  close();
  await eventually('the peer sees it', peer.isClosed);
  await expect(tell(port, 'status')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
