import * as http from 'node:http';
import * as net from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { closeQueued } from '../../src/web/queued.js';
import { eventually } from '../support/eventually.js';
import { startWeb } from '../support/web.js';

/** All that is answered to these bytes until the answer ends, or nothing more can come. */
function answered(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  socket.on('error', () => {});
  socket.write(bytes);
  return new Promise((resolve) => socket.on('close', () => resolve(text)));
}

const close = 'Connection: close\r\n\r\n';
const json = 'Host: localhost\r\nContent-Type: application/json\r\n';

describe('an attacker', () => {
  test.each([
    [
      'two lengths',
      `POST /api/poll HTTP/1.1\r\n${json}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'another coding',
      `POST /api/poll HTTP/1.1\r\n${json}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    ],
    ['lines without CR', 'GET /healthz HTTP/1.1\nHost: localhost\n\n'],
    ['no name', `GET /healthz HTTP/1.1\r\n${close}`],
    ['half an address', `GET /healthz HTTP/1.1\r\nHost: [::1\r\n${close}`],
    ['a name with a user', `GET /healthz HTTP/1.1\r\nHost: localhost@evil\r\n${close}`],
  ])('who sends %s is told so and closed', async (_, bytes) => {
    const { port } = await startWeb();
    expect(await answered(port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('whose headers have no end is told so, and costs no more than that', async () => {
    const { port } = await startWeb();
    const endless = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(200_000)}`;
    expect(await answered(port, endless)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('finds no file that is not in the list', async () => {
    const { port } = await startWeb();
    for (const path of ['/page/../../web.js', '/page/..%2f..%2fweb.js', '/styles/%2e%2e/x.css']) {
      const text = await answered(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${close}`);
      expect(text, path).toMatch(/^HTTP\/1\.1 404 /);
    }
  });

  test('who asks for the head of the events alone is no viewer', async () => {
    const { port } = await startWeb();
    const text = await answered(port, `HEAD /events HTTP/1.1\r\nHost: localhost\r\n${close}`);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('who asks for fifty streams over one connection is one viewer, and none once it has left', async () => {
    const { dispatcher, port } = await startWeb();
    const { spectators, recording } = dispatcher.view;
    for (const [path, of, name] of [
      ['/events', spectators, 'admit'],
      ['/api/wire/live', recording, 'watch'],
    ] as const) {
      const begun = vi.spyOn(of as typeof spectators, name as 'admit');
      const socket = net.connect(port, '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(50));
      await new Promise((resolve) => socket.once('data', resolve));
      expect(begun, path).toHaveBeenCalledTimes(1);
      const gone = vi.spyOn(begun.mock.results[0]?.value, 'gone');
      socket.destroy();
      await eventually('it has left', () => gone.mock.calls.length === 1);
      begun.mockRestore();
    }
  });

  test('who leaves while answers wait for their turn leaves none of them open', async () => {
    const server = http.createServer();
    onTestFinished(() => void server.close());
    closeQueued(server);
    const open = new Set<string>();
    server.on('request', ({ url = '' }, response) => {
      open.add(url);
      response.on('close', () => open.delete(url));
      if (url === '/1') response.end();
      else response.write('begun');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const asked = [1, 2, 3, 4].map((n) => `GET /${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    socket.write(asked.join(''));
    await eventually('all but the first are open', () => [...open].join() === '/2,/3,/4');
    socket.destroy();
    await eventually('none is', () => open.size === 0);
  });

  test('who leaves in the middle of a body is no fault of ours', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    onTestFinished(() => said.mockRestore());
    const { port, ask } = await startWeb({ hooksSecret: 'correct-horse-battery-staple' });
    const signature = 'X-Hub-Signature-256: sha256=00\r\n';
    for (const begun of [`/hooks/github HTTP/1.1\r\n${signature}`, '/api/poll HTTP/1.1\r\n']) {
      const socket = net.connect(port, '127.0.0.1');
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(`POST ${begun}${json}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`);
      // It is being read from then on.
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
      await closed;
    }
    expect((await ask('/healthz')).status).toBe(200);
    expect(said).not.toHaveBeenCalled();
  });
});
