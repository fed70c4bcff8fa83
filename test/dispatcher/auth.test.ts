/**
 * Who may speak: the token on every way in, and the hosts of classic peers that need none.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Auth, tellingOnce } from '../../src/dispatcher/shell/auth.js';
import { quietAfterMs } from '../../src/protocol/limits.js';
import { requests } from '../../src/protocol/verbs.js';
import { hostsNamed, nobody } from '../../src/world/hosts.js';
import { Token } from '../../src/world/token.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { introduce, modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const secret = 'correct-horse-battery';
const wanted =
  'Refused: this dispatcher wants a token: --token-file, or token:<secret> on a line before\n';
const wrong = 'Refused: the token is wrong\n';
const guarded = { auth: new Auth(new Token(secret), nobody) };

describe('A49: where there is a token, nobody is heard without it, loopback included', () => {
  test.each(Object.keys(requests).filter((verb) => !['hello', 'token'].includes(verb)))(
    'A49: %s is refused with a sentence',
    async (verb) => {
      const { port } = await startDispatcher(guarded);
      const list = JSON.stringify({ action: 'list' });
      const queue = JSON.stringify({ what: 'queue' });
      const fields: Record<string, string> = {
        ...{ register: ':localhost:1', help: '', status: '', wire: '' },
        ...{ pause: ':all', resume: ':all', secret: `:${list.length}:${list}` },
        ask: `:${queue.length}:${queue}`,
      };
      const rest = fields[verb] ?? (verb.startsWith('result') ? `:${c}:2:OK` : `:${c}`);
      const line = ['poll', 'ping'].includes(verb) ? verb : verb + rest;
      expect(await type(port, line)).toBe(wanted);
    },
  );

  test('A49: a forged result changes nothing', async () => {
    const { port } = await startDispatcher(guarded);
    expect(await type(port, `token:${secret}\ndispatch:${c}`)).toBe('OK');
    expect(await tell(port, `results:${c}:2:OK`)).toBe(wanted);
    expect(await type(port, `token:${secret}\nverdict:${c}`)).toBe('waiting\n');
  });

  test.each([
    ['a wrong one', 'token:incorrect-horse-battery\nstatus', wrong],
    ['a wrong one, before anything is asked', 'token:incorrect-horse-battery', wrong],
    ['the beginning of the right one', `token:${secret.slice(0, 9)}\nstatus`, wrong],
    ['a longer one', `token:${secret}x\nstatus`, wrong],
    ['none', 'token:\nstatus', 'Invalid command: it is written token:<secret>\n'],
    ['two', `token:${secret}\ntoken:${secret}\nstatus`, 'Refused: one token is enough\n'],
  ])('A49: %s is refused, and the connection closed', async (_what, lines, says) => {
    const { port } = await startDispatcher(guarded);
    expect(await type(port, lines)).toBe(says);
  });

  test('A49: with the right one, all is as without any', async () => {
    const { port } = await startDispatcher(guarded);
    expect(await type(port, `token:${secret}\nstatus`)).toMatch(/^0 runners, 0 observers/);
    expect(await type(port, `token:${secret}\r\nhelp`)).toMatch(/^Trivet dispatcher/);
    // In pieces, with pauses in which a classic message would have ended.
    const slow = [secret.slice(0, 5), secret.slice(5), '\nsta', 'tus\n'];
    expect(await inPieces(port, ['token:', ...slow])).toMatch(/^0 runners/);
  });

  test('a token that nobody wants does no harm', async () => {
    const { port } = await startDispatcher();
    expect(await type(port, `token:${secret}\nstatus`)).toMatch(/^0 runners/);
    await modernPeer(port, { role: 'observer', name: 'ada', token: secret });
  });
});

describe('A49: a session', () => {
  test.each([
    [
      'without a token',
      undefined,
      'this dispatcher wants a token: --token-file, or token:<secret> on a line before',
    ],
    ['with a wrong one', 'incorrect-horse-battery', 'the token is wrong'],
  ])('A49: %s is refused, and never in the pool', async (_what, token, says) => {
    const { port } = await startDispatcher(guarded);
    const peer = introduce(port, { role: 'runner', name: 'eve', token });
    expect(await peer.hears('refused')).toMatchObject({ body: { says } });
    await eventually('it is closed', peer.isClosed);
    expect(await type(port, `token:${secret}\nstatus`)).toMatch(/^0 runners/);
  });

  test('A49: with the token it works, and the token goes no further than that', async () => {
    const { port, told, folder, close } = await startDispatcher(guarded);
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', token: secret });
    await type(port, `token:${secret}\ndispatch:${c}`);
    const { run } = await runner.hears('runtest');
    runner.finishes(run, 'done');
    await runner.hears('recorded');
    const said = [`status`, `why:${c}`, `log:${c}`].map((line) =>
      type(port, `token:${secret}\n${line}`),
    );
    expect((await Promise.all(said)).join()).not.toContain(secret);
    expect(JSON.stringify(told)).not.toContain(secret);
    close();
    expect(readFileSync(join(folder, 'data', 'trivet.db')).includes(secret)).toBe(false);
  });
});

describe('--allow-classic', () => {
  test('lets the classic verbs in from the hosts that it names, and nothing else', async () => {
    const auth = new Auth(new Token(secret), await hostsNamed(['localhost']));
    const { port } = await startDispatcher({ auth });
    expect(await tell(port, 'status')).toBe('OK');
    expect(await tell(port, `dispatch:${c}\n`)).toBe('OK');
    for (const line of [`cancel:${c}`, `rerun:${c}`, `why:${c}`, `log:${c}`, 'poll', 'help']) {
      expect(await type(port, line)).toBe(wanted);
    }
    const peer = introduce(port, { role: 'runner', name: 'eve' });
    await peer.hears('refused');
  });

  test('other hosts are not meant', async () => {
    const auth = new Auth(new Token(secret), await hostsNamed(['10.0.0.5', 'fe80::1']));
    const { port } = await startDispatcher({ auth });
    expect(await tell(port, `dispatch:${c}\n`)).toBe(wanted);
  });

  test('a host is known by any of its spellings', async () => {
    const isListed = await hostsNamed(['::1', '10.0.0.5']);
    for (const spelling of ['::1', '0:0:0:0:0:0:0:1', '10.0.0.5', '::ffff:10.0.0.5']) {
      expect(isListed(spelling)).toBe(true);
    }
    for (const other of ['', '10.0.0.50', '::2']) expect(isListed(other)).toBe(false);
    await expect(hostsNamed(['no-such-host.invalid'])).rejects.toThrow(/is not known here/);
  });
});

describe('the token of a real process', () => {
  test('comes from a file, lets it listen everywhere, and is told nowhere', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'token');
    writeFileSync(file, `  ${secret}\n`);
    const flags = ['--host', '0.0.0.0', '--token-file', file, '--log-level', 'trace'];
    const { port, told } = await spawnDispatcher(folder, { flags });
    expect(await type(port, 'status')).toBe(wanted);
    expect(await type(port, `token:${secret}\nstatus`)).toMatch(/^0 runners/);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  test('is told of where others may read its file, and serves all the same', async () => {
    for (const [mode, warnings] of [
      [0o640, 1],
      [0o600, 0],
    ] as const) {
      const folder = temporaryFolder();
      const file = join(folder, 'token');
      writeFileSync(file, secret, { mode });
      const { port, told } = await spawnDispatcher(folder, { flags: ['--token-file', file] });
      expect(await type(port, `token:${secret}\nstatus`)).toMatch(/^0 runners/);
      const warned = told.filter(({ event }) => event === 'token-exposed');
      expect(warned).toHaveLength(warnings);
      expect(JSON.stringify(told)).not.toContain(secret);
    }
  });

  test.each([
    ['is too short', 'short', 'must be 16 to 256'],
    ['holds a space', 'correct horse battery staple', 'must be 16 to 256'],
    ['is not there', null, 'Cannot read the token file'],
  ])('that %s is refused with a sentence that does not show it', async (_what, text, says) => {
    const folder = temporaryFolder();
    const file = join(folder, 'token');
    if (text !== null) writeFileSync(file, text);
    const { code, stderr } = await launchDispatcher(folder, '--token-file', file).exit;
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    if (text !== null) expect(stderr).not.toContain(text);
  });
});

async function inPieces(port: number, pieces: readonly string[]): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  onTestFinished(() => {
    socket.destroy();
  });
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, quietAfterMs + 10));
  }
  return eventually('a reply', () => heard !== '' && heard);
}

test('whoever is turned away is told of once, with the reason', () => {
  const lines: string[] = [];
  const auth = new Auth(
    new Token(secret),
    nobody,
    tellingOnce(({ msg }) => lines.push(msg)),
  );
  const status = { verb: 'status' } as const;
  for (let n = 0; n < 3; n += 1) auth.refuses(status, false, '10.0.0.5');
  auth.refuses({ verb: 'token', secret: 'wrong' }, false, '10.0.0.5');
  expect(auth.refuses(status, true, '10.0.0.6')).toBeNull();
  expect(lines).toEqual([
    expect.stringMatching(/^10\.0\.0\.5 was turned away: this dispatcher wants a token/),
    '10.0.0.5 was turned away: the token is wrong',
  ]);
});
