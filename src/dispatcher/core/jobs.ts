/**
 * Owns all jobs that are not over, and the order in which they wait.
 * Never changes a job but by a journal entry. First in, first out; an interrupted job keeps the
 * place of its acceptance by going to the front.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import { after, type Job, type Run } from './job.js';
import type { Entry, JobId } from './journal.js';
import { finishedRememberedMs } from './rules.js';

export class Jobs {
  readonly #all = new Map<JobId, Job>();
  readonly #byCommit = new Map<Commit, Set<JobId>>();
  readonly #byRun = new Map<RunId, JobId>();
  readonly #interrupted = new Set<JobId>();
  readonly #fresh = new Set<JobId>();
  readonly #leased = new Set<JobId>();
  readonly #finished = new Set<JobId>();

  /** The one door through which a job changes. Answers the job as it is then. */
  apply(entry: Entry): Job {
    const job = after(this.#all.get(entry.job), entry);
    this.#all.set(job.id, job);
    if (entry.kind === 'accepted') this.#index(job);
    if (entry.kind === 'leased') this.#byRun.set(entry.run, job.id);
    this.#queue(job);
    return job;
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
    for (const id of [...this.#interrupted].sort((a, b) => a - b)) yield this.#known(id);
    for (const id of this.#fresh) yield this.#known(id);
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
    const queues = [this.#interrupted, this.#fresh, this.#leased, this.#finished];
    for (const queue of queues) queue.delete(job.id);
    this.#home(job).add(job.id);
  }

  #home({ state }: Job): Set<JobId> {
    switch (state.kind) {
      case 'waiting':
        return state.interrupted ? this.#interrupted : this.#fresh;
      case 'leased':
        return this.#leased;
      case 'finished':
        return this.#finished;
    }
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
