/**
 * Owns the law that what recovery reads is what memory held. A core changes its jobs by entries
 * only: so the durable journal, folded anew, is what each core must have in memory, the one that
 * lives, the one that died (with what it could not write any more), the one that starts upon it.
 */

import { isDeepStrictEqual } from 'node:util';
import { DispatcherCore } from '../../src/dispatcher/core/core.js';
import type { Job } from '../../src/dispatcher/core/job.js';
import { Jobs } from '../../src/dispatcher/core/jobs.js';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import type { Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import type { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import type { LedgerJob } from './ledger.js';

/** What a core starts from that knows of nothing but jobs. */
const nothing = {
  start: '00000000',
  repositories: [],
  classicRunners: [],
  paused: [],
  classicRunMaxMs: 0,
};

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

  /** In what that memory is not what the journal says of jobs that are not over; null: in nothing. */
  difference(memory: Remembered): string | null {
    const leased = [...this.#durable.leased()].map(({ job }) => job);
    const ids = [...this.#durable.waiting(), ...leased].map(({ id }) => id);
    return difference(memory, this.#durable, ids);
  }

  /** The same, and of jobs that are over as well. */
  differenceInAll(memory: Remembered): string | null {
    return difference(memory, this.#durable, this.#accepted);
  }

  /** What the store says of unfinished jobs, and its rows, against the journal and those jobs. */
  differenceOfStore(store: SqliteStore, jobs: readonly LedgerJob[]): string | null {
    // Of a commit whose jobs are not all over, each may be needed.
    const isOpen = (job: LedgerJob) => job.state !== 'finished';
    const commits = new Set(jobs.filter(isOpen).map(({ commit }) => commit));
    const open = new Set(jobs.filter(({ commit }) => commits.has(commit)).map(({ id }) => id));
    for (const { id, commit, verdict } of jobs) {
      const row = store.jobsOf(commit).find((one) => one.id === id);
      if (row?.verdict !== verdict) {
        return `job ${id} is ${row?.verdict} in its row, and ${verdict} in truth`;
      }
    }
    const expected = this.#journal.filter(({ job }) => open.has(job));
    const read = store.unfinished();
    if (isDeepStrictEqual(read, expected)) return null;
    return `${read.length} entries were read, not the ${expected.length} that were written`;
  }

  /** A job whose history is not what happened, or null. */
  falseHistory(store: SqliteStore): JobId | null {
    const isFalse = (id: JobId) => {
      const happened = this.#journal.filter(({ job }) => job === id);
      return !isDeepStrictEqual(store.history(id), happened);
    };
    return [...this.#accepted].find(isFalse) ?? null;
  }

  /** A fresh core that has every job of the store in its memory, those that are over as well. */
  recoverAll(store: SqliteStore): Remembered {
    const entries = [...this.#accepted].flatMap((job) => store.history(job));
    return new DispatcherCore({ ...nothing, nextJob: store.nextJob() }, entries, 0);
  }

  /** The same for the memory of the dead, which was ahead of the journal by so many entries. */
  differenceOfDead(memory: Remembered, unwritten: readonly Entry[]): string | null {
    if (unwritten.length === 0) return this.differenceInAll(memory);
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
  const queue = byBranch([...jobs.waiting(), ...jobs.blocked()]);
  const line = byBranch(memory.waits(Number.POSITIVE_INFINITY, 0).map(({ job }) => job));
  if (!isDeepStrictEqual(line, queue)) return 'the jobs of a branch wait in another order';
  const { leased } = memory.counts();
  if (leased !== jobs.counts.leased) return `${leased} jobs are leased, not ${jobs.counts.leased}`;
  return heldWithoutLease(memory);
}

/** Whose turn it is begins anew at a restart; the order within a branch does not. */
function byBranch(jobs: Iterable<Job>): Map<string, JobId[]> {
  const lines = new Map<string, JobId[]>();
  for (const { shape, wider, branch, id } of jobs) {
    // One for which other labels will do later changes lines.
    const key = `${shape.key}:${branch}:${wider.length > 0 ? id : ''}`;
    lines.set(key, [...(lines.get(key) ?? []), id]);
  }
  return lines;
}

/** A lease has two sides: what a runner holds is what its job says. */
function heldWithoutLease(memory: Remembered): string | null {
  for (const { name, runs } of memory.runners()) {
    for (const run of runs) {
      const state = memory.jobOfRun(run)?.state;
      if (state?.kind !== 'leased' || state.run !== run)
        return `${name} holds run ${run} without a lease`;
    }
  }
  return null;
}
