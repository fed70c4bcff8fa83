/**
 * Owns the other side of `sessions` and `scale`: a process that is many runners at once, each with a
 * session of its own that answers pings and reports what it is given at once; or a bare server's
 * thousand peers. Told by its parent.
 */

import { connect, type Socket } from 'node:net';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import { report } from '../../src/protocol/job-bodies.js';

/** What the parent is told when it asks. */
export interface Heard {
  readonly open: number;
  /** Milliseconds between two pings of one session, of all sessions. */
  readonly beats: readonly number[];
  /** Results that the dispatcher has on disk. */
  readonly recorded: number;
}

/** Connections that are being opened at the same time. */
const openingMax = 50;

const [port, count] = process.argv.slice(2, 4).map(Number);
/** What they say that they know. */
const knows = process.argv.slice(4);
const pong = encodeSession({ verb: 'pong' });
const passed = report.parse({ end: 'passed', logBytes: 0, durationMs: 1 });
const beats: number[] = [];
let open = 0;
let recorded = 0;

process.on('message', (word) => {
  if (word === 'forget') beats.length = 0;
  if (word === 'tell') process.send?.({ open, beats, recorded } satisfies Heard);
});
process.on('disconnect', () => process.exit());

for (let index = 0; index < (count ?? 0); index += openingMax) {
  const batch = Array.from({ length: openingMax }, (_, at) => session(`stand-in-${index + at}`));
  await Promise.all(batch);
}
process.send?.('ready');

/** Resolves once the dispatcher has welcomed it. */
function session(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const decoder = sessionDecoder();
    let pingedAt = 0;
    const hear = (socket: Socket, bytes: Buffer) => {
      for (const decoded of decoder.push(bytes)) {
        if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
        const { message } = decoded;
        const { verb } = message;
        if (verb === 'welcome') {
          open += 1;
          resolve();
        } else if (verb === 'ping') {
          socket.write(pong);
          const now = performance.now();
          if (pingedAt > 0) beats.push(now - pingedAt);
          pingedAt = now;
        } else if (verb === 'runtest') {
          socket.write(encodeSession({ verb: 'results', run: message.run, body: passed }));
        } else if (verb === 'recorded') {
          recorded += 1;
        }
      }
    };
    const socket = connect(port ?? 0, 'localhost', () => {
      const hello = { role: 'runner', name, version: 'stand-in', repository: 'none' } as const;
      const body = { ...hello, labels: [], capacity: 1, knows, runs: [] };
      socket.write(Buffer.concat([encodeRequest({ verb: 'hello', body }), Buffer.from('\n')]));
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => hear(socket, bytes));
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('error', reject);
  });
}
