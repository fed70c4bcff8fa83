/**
 * Owns what a lab's own dispatcher answers to a browser, for the pages besides the wire: what is asked goes
 * on to its port as it is, and the answer comes back as it comes.
 */

import * as http from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { refused } from '../web/api.js';

/** `port`: null where there is no dispatcher that answers browsers. */
export function forwarded(context: Context, port: number | null): Response | Promise<Response> {
  if (port === null) return refused(context, 404, 'There is nothing of that name in this lab');
  const { incoming, outgoing } = context.env as HttpBindings;
  const { method, url: path, headers } = incoming;
  return new Promise((resolve) => {
    const asked = http.request(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        // It died in the midst of what it said.
        answer.on('error', () => outgoing.destroy());
        resolve(RESPONSE_ALREADY_SENT);
      },
    );
    asked.on('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else resolve(refused(context, 503, 'The dispatcher of this lab does not answer'));
    });
    outgoing.on('close', () => asked.destroy());
    incoming.pipe(asked);
  });
}
