/**
 * Owns ports for those who come back to theirs. Never one that the system gives out by itself, for
 * port 0 or to who dials: while a process is away, somebody else would have it one day.
 */

import { randomInt } from 'node:crypto';
import * as net from 'node:net';

/** Linux gives out those from 32,768 on, others those from 49,152 on; runners take 8900 to 8999. */
const [first, end] = [20_000, 32_000];

export async function portToKeep(): Promise<number> {
  for (;;) {
    const port = randomInt(first, end);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
