/**
 * Owns a dispatcher that answers browsers, in the process of a test, until its end; and plain requests
 * to it, each over a connection of its own.
 */

import * as http from 'node:http';
import { onTestFinished } from 'vitest';
import { Auth } from '../../src/dispatcher/shell/auth.js';
import type { Store } from '../../src/dispatcher/store/store.js';
import { Web } from '../../src/web/web.js';
import { networkOver } from '../../src/world/network.js';
import { Token } from '../../src/world/token.js';
import { type RunningDispatcher, startDispatcher } from './dispatchers.js';
import { temporaryFolder } from './git.js';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface RunningWeb extends RunningDispatcher {
  /** Asks for that path; a `body` is POSTed as JSON. */
  readonly web: Web;
  readonly ask: (path: string, asked?: Asked) => Promise<Answer>;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body that is sent as it is. */
  readonly raw?: string;
}

/** `token`: what it wants to be shown. */
export async function startWeb({
  token = null as string | null,
  isOpenToRead = false,
  hosts = [] as readonly string[],
  hooksSecret = null as string | null,
  folder = temporaryFolder(),
  slowed = (store: Store) => store,
} = {}): Promise<RunningWeb> {
  const shared = token === null ? null : new Token(token);
  const auth = new Auth(shared, () => false);
  const network = networkOver({ browse: (socket) => web.browse(socket) });
  const running = await startDispatcher({ auth, network, folder, slowed });
  const web = new Web(running.dispatcher.view, {
    ...{ token: shared, isOpenToRead, hosts },
    hooksSecret: hooksSecret === null ? null : new Token(hooksSecret),
  });
  onTestFinished(() => web.close());
  return { ...running, web, ask: (path, asked) => ask(running.port, path, asked) };
}

function ask(
  port: number,
  path: string,
  { method, headers = {}, body, raw }: Asked = {},
): Promise<Answer> {
  const isWish = body !== undefined;
  const json = isWish ? { 'content-type': 'application/json' } : {};
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        ...{ host: '127.0.0.1', port, path, agent: false },
        method: method ?? (isWish ? 'POST' : 'GET'),
        headers: { host: `localhost:${port}`, ...json, ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    request.on('error', reject);
    request.end(isWish ? JSON.stringify(body) : raw);
  });
}
