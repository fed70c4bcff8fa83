/**
 * Owns what is published of a turn of the loop that is performed: a batch for each event, with its
 * entries under the numbers that the store gave them.
 */

import { type Effect, entriesOf, noticesOf } from '../core/events.js';
import type { Job } from '../core/job.js';
import type { JobId } from '../core/journal.js';
import type { Batch } from './feed.js';

/** `lastSeq`: of the turn's last entry; those before it have the ones before. */
export function batchesOf(
  turn: readonly (readonly Effect[])[],
  lastSeq: number,
  known: (id: JobId) => Job,
  atMs: number,
): Batch[] {
  let seq = lastSeq - turn.flatMap(entriesOf).length;
  return turn.map((effects) => [
    ...entriesOf(effects).map((entry) => {
      seq += 1;
      return { kind: 'entry', seq, entry, job: known(entry.job) } as const;
    }),
    ...noticesOf(effects).map((notice) => ({ kind: 'notice', atMs, notice }) as const),
  ]);
}
