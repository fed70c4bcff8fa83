/**
 * Owns the other side of `watched`: a process that is many spectators at once. They read all that they
 * are sent and answer pings, and make nothing of it, as that would cost more than it costs to send it.
 */

import { connect } from 'node:net';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';

const [port, count] = process.argv.slice(2, 4).map(Number);
const ping = encodeSession({ verb: 'ping' });
const pong = encodeSession({ verb: 'pong' });
process.on('disconnect', () => process.exit());

await Promise.all(Array.from({ length: count ?? 0 }, (_, index) => watch(`watcher-${index}`)));
process.send?.('ready');

/** Resolves once the dispatcher has welcomed it. */
function watch(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port ?? 0, 'localhost', () => {
      const body = { role: 'spectator', name, version: 'stand-in', repository: null } as const;
      const all = { ...body, labels: [], capacity: 1, knows: [], runs: [] };
      socket.write(Buffer.concat([encodeRequest({ verb: 'hello', body: all }), Buffer.from('\n')]));
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      resolve();
      if (bytes.includes(ping)) socket.write(pong);
    });
    socket.on('error', reject);
  });
}
