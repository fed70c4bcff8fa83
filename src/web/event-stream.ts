/**
 * Owns how a browser follows the feed: server-sent events on the raw response, each written once for all
 * who read it. Who does not keep up is told `resync` (spectators.ts); who takes nothing at all for a
 * while is closed. An event's id is where one goes on: the entry's number and its time.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Form, flat, toldOf, writingOnce } from '../dispatcher/feed/form.js';
import type { Heard } from '../dispatcher/feed/spectators.js';
import type { Behind } from './behind.js';

/** A comment now and then shows to both ends, and to what lies between, that the other lives. */
const breathEveryMs = 15_000;

/** A tab that is frozen reads nothing: it comes again when it wakes. */
const unreadAfterMs = 60_000;

const breath = ': \n\n';

/** How soon a browser comes again. */
const opening = 'retry: 1000\n\n';

export const browserForm: Form = {
  entry: writingOnce((recorded) => {
    const { seq, entry } = recorded;
    return written('entry', { seq, ...toldOf(recorded) }, `${seq}-${entry.atMs}`);
  }),
  event: (publication) => written('event', flat(publication)),
  resync: (seq) => written('resync', { seq }),
};

function written(event: string, data: object, id?: string): Uint8Array {
  const place = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What a browser says that it has heard: `<seq>-<atMs>`; anything else is nothing. */
export function heardIn(id: string | undefined): Heard | null {
  const [, seq, atMs] = /^(\d{1,15})-(\d{1,15}(?:\.\d{1,9})?)$/.exec(id ?? '') ?? [];
  return seq === undefined ? null : { seq: Number(seq), atMs: Number(atMs) };
}

/** Sends until the browser has gone. */
export function streamEvents(
  behind: Behind,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { after, taps }: { readonly after: Heard | null; readonly taps: boolean },
): void {
  // Its end is the connection's: without chunks a write is one piece, and a fifth cheaper for each viewer.
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, {
    Connection: 'close',
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  // Whoever asks for the head alone would be followed by a stream that it never reads.
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.write(opening);
  let cancelUnread = () => {};
  const { drained, gone } = behind.spectators.admit({
    after: after ?? { seq: behind.lastSeq(), atMs: null },
    form: browserForm,
    taps,
    write: (bytes) => {
      const hasRoom = response.write(bytes);
      if (!hasRoom) {
        cancelUnread();
        cancelUnread = behind.clock.after(unreadAfterMs, () => request.socket.destroy());
      }
      return hasRoom;
    },
    hangUp: () => request.socket.destroy(),
  });
  response.on('drain', () => {
    cancelUnread();
    drained();
  });
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write(breath);
  }, breathEveryMs).unref();
  response.on('close', () => {
    clearInterval(timer);
    cancelUnread();
    gone();
  });
}
