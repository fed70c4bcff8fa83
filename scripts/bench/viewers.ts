/**
 * Owns the other side of `page`: a process that is many browsers at once, each with a stream of events of
 * its own. They read all that they are sent, and make nothing of it.
 */

import { connect } from 'node:net';

/** Of them, so many want to see the messages that cross the wire. */
const tapEvery = 10;

const [port, count] = process.argv.slice(2, 4).map(Number);
process.on('disconnect', () => process.exit());

await Promise.all(Array.from({ length: count ?? 0 }, (_, index) => view(index % tapEvery === 0)));
process.send?.('ready');

/** Resolves once its stream has begun. */
function view(taps: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port ?? 0, 'localhost', () => {
      const path = taps ? '/events?tap=1' : '/events';
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    });
    socket.on('data', () => resolve());
    socket.on('error', reject);
  });
}
