import * as net from 'node:net';
import { describe, expect, test } from 'vitest';
import { documents } from '../../src/protocol/documents.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';
import { startWeb } from '../support/web.js';

const c = commit(0xc0ffee);
const secret = 'correct-horse-battery-staple';

/** What a socket was answered that was sent these pieces one by one. */
async function answered(port: number, pieces: readonly string[]): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  socket.on('error', () => {});
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually('an answer', () => text.includes('\n'));
  socket.destroy();
  return text;
}

describe('one port for both', () => {
  test('a first line of HTTP is for the page, all else is the wire, whatever pieces it comes in', async () => {
    const { port } = await startWeb();
    const asked = 'GET /api/queue HTTP/1.1\r\nHost: localhost\r\n\r\n';
    expect(await answered(port, [asked])).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await answered(port, [...asked])).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await answered(port, ['status\n'])).toMatch(/^0 runners/);
    expect(await answered(port, [...'status\n'])).toMatch(/^0 runners/);
    expect(await answered(port, ['GETTY\n'])).not.toMatch(/^HTTP/);
  });

  test('what a browser leaves half said ends with its connection, and the wire is as it was', async () => {
    const { port } = await startWeb();
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET /api/overview HTTP/1.1\r\nHo');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect(await tell(port, `dispatch:${c}\n`)).toBe('OK');
  });

  test('ask answers over the wire what HTTP answers, each as its schema says', async () => {
    const { port, ask } = await startWeb();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await type(port, `dispatch:${c}`);
    await runner.hears('runtest');
    const paths = {
      overview: '/api/overview',
      commits: '/api/commits',
      commit: `/api/commits/${c.slice(0, 6)}`,
      runners: '/api/runners',
      runner: '/api/runners/ada',
      queue: '/api/queue',
    } as const;
    for (const [what, path] of Object.entries(paths)) {
      const { status, text } = await ask(path);
      expect(status, path).toBe(200);
      const document = documents[what as keyof typeof paths].strict().parse(JSON.parse(text));
      const named = { commit: c, name: 'ada' };
      const asked = encodeRequest({ verb: 'ask', body: { what, ...named } as never });
      const told = JSON.parse(await type(port, asked.toString()));
      expect(documents[what as keyof typeof paths].strict().parse(told), what).toBeDefined();
      expect(Object.keys(told).sort()).toEqual(Object.keys(document).sort());
    }
    runner.socket.destroy();
  });
});

describe('against other sites', () => {
  test('a name that was rebound to us is refused, an address and our own names are not', async () => {
    const { ask } = await startWeb({ hosts: ['ci.example'] });
    const status = async (host: string) => (await ask('/api/queue', { headers: { host } })).status;
    expect(await status('evil.example')).toBe(421);
    expect(await status('localhost.evil.example:8888')).toBe(421);
    for (const host of ['localhost:8888', '127.0.0.1', '[::1]:8888', 'CI.example:80', '10.0.0.7']) {
      expect(await status(host), host).toBe(200);
    }
  });

  test('no GET changes anything, and no other site can POST', async () => {
    const { ask, port } = await startWeb();
    const own = { origin: `http://localhost:${port}` };
    const foreign = { origin: 'http://evil.example' };
    const what = { what: 'all' };
    expect((await ask('/api/pause')).status).toBe(404);
    expect((await ask('/api/pause', { body: what, headers: foreign })).status).toBe(403);
    // What a form can send without asking.
    const form = { ...own, 'content-type': 'text/plain' };
    expect((await ask('/api/pause', { body: what, headers: form })).status).toBe(415);
    expect(await type(port, 'status')).not.toContain('paused');
    expect((await ask('/api/pause', { body: what, headers: own })).status).toBe(200);
    expect(await type(port, 'status')).toContain('everything is paused');
  });

  test('a script of another site reads nothing', async () => {
    const { ask } = await startWeb();
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await ask('/api/overview', { headers })).status).toBe(403);
    expect((await ask('/events', { headers })).status).toBe(403);
    // A link from a chat is followed.
    expect((await ask('/', { headers })).status).toBe(200);
  });

  test('a page may run nothing but its own modules', async () => {
    const { ask } = await startWeb();
    const { headers, text } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(text).not.toMatch(/https?:\/\//);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('hostile words in the first document stay data', async () => {
    const { ask, port } = await startWeb();
    const observer = await modernPeer(port, { role: 'observer', name: 'o', repository: 'shop' });
    const subject = '</script><script>alert(1)</script><!--';
    const body = { branch: 'main', author: 'x', subject };
    observer.socket.write(encodeSession({ verb: 'dispatch', commit: c, body }));
    await observer.hears('accepted');
    const { text } = await ask('/');
    expect(text.match(/<\/script>/g)?.length).toBe(text.match(/<script/g)?.length);
    expect(text).toContain('alert(1)');
    observer.socket.destroy();
  });
});

describe('with a token', () => {
  test('one reads and acts with a cookie that no script sees, given for the token', async () => {
    const { ask } = await startWeb({ token: secret });
    expect((await ask('/api/overview')).status).toBe(401);
    expect((await ask('/events')).status).toBe(401);
    expect((await ask('/')).text).not.toContain('"seq"');
    expect((await ask('/api/session', { body: { token: 'wrong-wrong-wrong-wrong' } })).status).toBe(
      401,
    );
    const { status, headers } = await ask('/api/session', { body: { token: secret } });
    expect(status).toBe(200);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    expect(cookie).not.toContain(secret);
    const [own = ''] = cookie.split(';');
    const signedIn = { headers: { cookie: own } };
    expect((await ask('/api/overview', signedIn)).status).toBe(200);
    expect((await ask('/api/pause', { ...signedIn, body: { what: 'all' } })).status).toBe(200);
    const forged = own.replace(/=\d+/, `=${Date.now() + 1e12}`);
    expect((await ask('/api/overview', { headers: { cookie: forged } })).status).toBe(401);
  });

  test('a program shows it in a header', async () => {
    const { ask } = await startWeb({ token: secret });
    const headers = { authorization: `Bearer ${secret}` };
    expect((await ask('/api/overview', { headers })).status).toBe(200);
    expect((await ask(`/api/overview?token=${secret}`)).status).toBe(401);
  });

  test('reading can be open to all, and acting is not', async () => {
    const { ask } = await startWeb({ token: secret, isOpenToRead: true });
    expect((await ask('/api/overview')).status).toBe(200);
    expect((await ask('/api/pause', { body: { what: 'all' } })).status).toBe(401);
  });
});

describe('events', () => {
  test('who comes again with the id of the last event misses no entry', async () => {
    const { port } = await startWeb();
    await tell(port, `dispatch:${c}\n`);
    const from = (after: string) => events(port, after, ({ text }) => text.includes('"accepted"'));
    const first = await from('');
    expect(first.text).toMatch(/id: 1-\d+\nevent: entry\ndata: \{"seq":1,"kind":"accepted"/);
    const again = await events(port, '1-12345', ({ text }) => text.includes('resync'));
    expect(again.text).toContain('event: resync');
  });
});

/** What a stream has told by the time that it is enough. `after`: empty: from the start. */
async function events(
  port: number,
  after: string,
  isEnough: (so: { readonly text: string }) => boolean,
): Promise<{ readonly text: string }> {
  const socket = net.connect(port, '127.0.0.1');
  const so = { text: '' };
  socket.setEncoding('utf8').on('data', (piece: string) => {
    so.text += piece;
  });
  const query = `after=${after === '' ? '0-0' : after}`;
  socket.write(`GET /events?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await eventually('events', () => isEnough(so));
  socket.destroy();
  return so;
}
