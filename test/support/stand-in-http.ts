/**
 * Owns programs that are told over HTTP, as stand-ins: forges, receivers of webhooks, a collector. Each
 * remembers what it was told, and answers as its documentation says, or as a test wants it to.
 */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Told {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What the text spells in JSON. */
  readonly body: Record<string, unknown>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** After the text it says nothing more, or hangs up, instead of an end. */
  readonly ends?: 'silent' | 'gone';
}

export interface StandInHttp {
  readonly url: string;
  readonly port: number;
  readonly told: readonly Told[];
  /** From now on it answers so. */
  answers(reply: (told: Told) => Reply): void;
  /** It is gone; the port may be listened on again. */
  stop(): Promise<void>;
}

/** What GitHub, Gitea and Forgejo say to a new status, and what most others understand. */
const created: Reply = { status: 201, text: '{"id": 1}' };

export async function standInHttp({ port = 0 } = {}): Promise<StandInHttp> {
  const told: Told[] = [];
  let reply = (_: Told): Reply => created;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { url: path = '', headers } = request;
      const one = { path, headers, text, body: JSON.parse(text) };
      told.push(one);
      const { status, headers: more = {}, text: answer = '', ends } = reply(one);
      response.writeHead(status, more);
      if (ends === undefined) response.end(answer);
      else response.write(answer, () => ends === 'gone' && response.destroy());
    });
  });
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  };
  onTestFinished(stop);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const { port: listened } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listened}`,
    port: listened,
    told,
    answers: (wanted) => {
      reply = wanted;
    },
    stop,
  };
}
