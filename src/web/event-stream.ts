/**
 * Owns how a browser follows the feed: server-sent events, each written once for all who read it. Who does
 * not keep up is told `resync` (spectators.ts). An event's id is where one goes on: the entry's number and
 * its time.
 */

import { type Form, flat, toldOf, writingOnce } from '../dispatcher/feed/form.js';
import type { Heard } from '../dispatcher/feed/spectators.js';
import type { Behind } from './behind.js';
import { type Exchange, openStream } from './stream.js';

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
  exchange: Exchange,
  { after, taps }: { readonly after: Heard | null; readonly taps: boolean },
): void {
  openStream(behind.clock, exchange, (write) =>
    behind.spectators.admit({
      after: after ?? { seq: behind.lastSeq(), atMs: null },
      ...{ form: browserForm, taps, write },
      hangUp: () => exchange.request.socket.destroy(),
    }),
  );
}
