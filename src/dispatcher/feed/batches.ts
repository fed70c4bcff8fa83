/**
 * Owns what is published of a turn of the loop that is performed: a batch for each event, with its
 * entries under the numbers that the store gave them.
 */

import type { Effect } from '../core/events.js';
import type { Job } from '../core/job.js';
import type { Entry, JobId } from '../core/journal.js';
import { entriesOf, noticesOf } from '../core/selected.js';
import type { Batch } from './feed.js';
import type { Publication } from './publication.js';

/** What came of one event. */
export interface Decision {
  readonly atMs: number;
  readonly effects: readonly Effect[];
  /** Those that its entries are of, as it left them. */
  readonly jobs: ReadonlyMap<JobId, Job>;
}

/** `lastSeq`: of the turn's last entry; those before it have the ones before. */
export function batchesOf(turn: readonly Decision[], lastSeq: number): Batch[] {
  let seq = lastSeq - turn.flatMap(({ effects }) => entriesOf(effects)).length;
  const numbered = (entry: Entry, job: Job | undefined): Publication[] => {
    seq += 1;
    return job === undefined ? [] : [{ kind: 'entry', seq, entry, job }];
  };
  return turn.map(({ atMs, effects, jobs }) => [
    ...entriesOf(effects).flatMap((entry) => numbered(entry, jobs.get(entry.job))),
    ...noticesOf(effects).map((notice) => ({ kind: 'notice', atMs, notice }) as const),
  ]);
}
