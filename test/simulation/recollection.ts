/**
 * Owns the law that what recovery reads is what memory held. A core changes its jobs by entries
 * only: so the durable journal, folded anew, is what each core must have in memory, the one that
 * lives, the one that died (with what it could not write any more), the one that starts upon it.
 */

import { isDeepStrictEqual } from 'node:util';
import { Jobs } from '../../src/dispatcher/core/jobs.js';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import type { Remembered } from '../../src/dispatcher/shell/dispatcher.js';

export class Recollection {
  readonly #journal: Entry[] = [];
  readonly #accepted = new Set<JobId>();
  readonly #durable = new Jobs();

  /** It is on disk. */
  happened(entry: Entry): void {
    this.#journal.push(entry);
    this.#accepted.add(entry.job);
    this.#durable.apply(entry);
  }

  /** In what that memory is not what the journal says; null where it is. */
  difference(memory: Remembered): string | null {
    return difference(memory, this.#durable, this.#accepted);
  }

  /** The same for the memory of the dead, which was ahead of the journal by so many entries. */
  differenceOfDead(memory: Remembered, unwritten: readonly Entry[]): string | null {
    if (unwritten.length === 0) return this.difference(memory);
    const jobs = new Jobs();
    for (const entry of [...this.#journal, ...unwritten]) jobs.apply(entry);
    const accepted = new Set([...this.#accepted, ...unwritten.map(({ job }) => job)]);
    return difference(memory, jobs, accepted);
  }
}

function difference(memory: Remembered, jobs: Jobs, ids: Iterable<JobId>): string | null {
  for (const id of ids) {
    const is = memory.job(id);
    const was = jobs.get(id);
    // What is over may be forgotten; nothing else.
    if (is === undefined && was?.state.kind === 'finished') continue;
    if (!isDeepStrictEqual(is, was)) {
      return `job ${id} is ${JSON.stringify(is)} in memory, and ${JSON.stringify(was)} on disk`;
    }
    const lost = was?.runs.find((run) => memory.jobOfRun(run.id)?.id !== id);
    if (lost !== undefined) return `run ${lost.id} of job ${id} is not known as a run of it`;
  }
  const queue = [...jobs.waiting()].map(({ id }) => id);
  const line = memory.waits(Number.POSITIVE_INFINITY, 0).map(({ job }) => job.id);
  if (!isDeepStrictEqual(line, queue)) return `jobs ${line} wait in that order, not ${queue}`;
  const { leased } = memory.counts();
  if (leased !== jobs.leasedCount) return `${leased} jobs are leased, not ${jobs.leasedCount}`;
  return heldWithoutLease(memory);
}

/** A lease has two sides: what a runner holds is what its job says. */
function heldWithoutLease(memory: Remembered): string | null {
  for (const { name, runs } of memory.runners()) {
    for (const run of runs) {
      const state = memory.jobOfRun(run)?.state;
      if (state?.kind !== 'leased' || state.run !== run) return `${name} holds run ${run} in vain`;
    }
  }
  return null;
}
