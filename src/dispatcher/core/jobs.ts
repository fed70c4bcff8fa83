/**
 * Owns all jobs that are not over, and the order in which they wait.
 * Never changes a job but by journal entries. An interrupted job keeps the place of its acceptance
 * by going to the front of all; fresh ones wait in a line in which repositories and branches take
 * turns.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import { applied, type Job, type Run } from './job.js';
import type { Entry, JobId } from './journal.js';
import { Line } from './line.js';
import { finishedRememberedMs } from './rules.js';

export class Jobs {
  readonly #all = new Map<JobId, Job>();
  readonly #byCommit = new Map<Commit, Set<JobId>>();
  readonly #byRun = new Map<RunId, JobId>();
  readonly #interrupted = new Set<JobId>();
  readonly #fresh = new Line();
  readonly #leased = new Set<JobId>();
  readonly #finished = new Set<JobId>();

  /** The one way in which a job changes. Answers the job as it is then. */
  apply(entry: Entry): Job {
    const before = this.#all.get(entry.job);
    const job = applied(before, entry);
    this.#all.set(job.id, job);
    if (entry.kind === 'accepted') this.#index(job);
    if (entry.kind === 'leased') {
      this.#byRun.set(entry.run, job.id);
      this.#fresh.serve(job);
    }
    this.#queue(job);
    return job;
  }

  /** Takes a job in as its history left it: what it went through then costs nobody a turn now. */
  recall(history: readonly Entry[]): void {
    const job = history.reduce<Job | undefined>(applied, undefined);
    if (job === undefined) return;
    this.#all.set(job.id, job);
    this.#index(job);
    for (const { id } of job.runs) this.#byRun.set(id, job.id);
    this.#queue(job);
  }

  get(id: JobId): Job | undefined {
    return this.#all.get(id);
  }

  ofCommit(commit: Commit): Job[] {
    return [...(this.#byCommit.get(commit) ?? [])].map((id) => this.#known(id));
  }

  /** The job that has or had that run. */
  ofRun(run: RunId): Job | undefined {
    const id = this.#byRun.get(run);
    return id === undefined ? undefined : this.#known(id);
  }

  /** In the order in which they are to be served. */
  *waiting(): Generator<Job> {
    yield* this.interrupted();
    for (const id of this.#fresh) yield this.#known(id);
  }

  /** Those that a run was lost of, or that were handed back: each has its own time and runners. */
  *interrupted(): Generator<Job> {
    for (const id of [...this.#interrupted].sort((a, b) => a - b)) yield this.#known(id);
  }

  /** Of the others, for each repository the one whose turn it is. */
  *nextInTurn(): Generator<Job> {
    for (const id of this.#fresh.heads()) yield this.#known(id);
  }

  get waitingCount(): number {
    return this.#interrupted.size + this.#fresh.size;
  }

  /** Each with the run that has its lease: the only one of its runs that has no end. */
  *leased(): Generator<{ job: Job; run: Run }> {
    for (const id of this.#leased) {
      const job = this.#known(id);
      for (const run of job.runs) if (run.end === null) yield { job, run };
    }
  }

  unfinished(): Job[] {
    return [...this.waiting(), ...[...this.leased()].map(({ job }) => job)];
  }

  get leasedCount(): number {
    return this.#leased.size;
  }

  /** Forgets what has been over for a while; the store remembers. */
  forgetFinished(nowMs: number): void {
    for (const id of this.#finished) {
      const job = this.#known(id);
      // In the order in which they finished: the first that is too young ends the search.
      if (nowMs - job.sinceMs < finishedRememberedMs) return;
      this.#forget(job);
    }
  }

  #known(id: JobId): Job {
    const job = this.#all.get(id);
    if (job === undefined) throw new Error(`job ${id} is named but not known`);
    return job;
  }

  #index(job: Job): void {
    const ids = this.#byCommit.get(job.commit) ?? new Set();
    this.#byCommit.set(job.commit, ids.add(job.id));
  }

  #queue(job: Job): void {
    for (const set of [this.#interrupted, this.#leased, this.#finished]) set.delete(job.id);
    if (job.state.kind !== 'waiting') {
      this.#fresh.leave(job);
      (job.state.kind === 'leased' ? this.#leased : this.#finished).add(job.id);
    } else if (job.state.interrupted) this.#interrupted.add(job.id);
    else this.#fresh.join(job);
  }

  #forget(job: Job): void {
    this.#finished.delete(job.id);
    this.#all.delete(job.id);
    for (const run of job.runs) this.#byRun.delete(run.id);
    const ids = this.#byCommit.get(job.commit);
    ids?.delete(job.id);
    if (ids?.size === 0) this.#byCommit.delete(job.commit);
  }
}
