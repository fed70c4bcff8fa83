/**
 * Owns all jobs of each commit that is not over, or was over just now: all of them or none.
 * Never changes a job but by journal entries; in which order the waiting ones are served stands in
 * queue.ts.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import { Groups } from './groups.js';
import { applied, interruptedRun, type Job, jobFrom } from './job.js';
import type { Entry, JobId } from './journal.js';
import { NewestOnBranches } from './newest.js';
import { Queue } from './queue.js';
import { askAgainAtMs, finishedRememberedMs, nextTry } from './rules.js';
import type { Run } from './run.js';

export class Jobs {
  readonly groups = new Groups();
  readonly newest = new NewestOnBranches();
  readonly queue: Queue;
  readonly #all = new Map<JobId, Job>();
  readonly #byCommit = new Map<Commit, Set<JobId>>();
  readonly #byRun = new Map<RunId, JobId>();
  readonly #blocked = new Set<JobId>();
  readonly #leased = new Set<JobId>();
  /** Those that are not over, by the branch that they were handed over on. */
  readonly #byBranch = new Map<string, Set<JobId>>();
  /** Commits whose jobs are all over, and since when. */
  readonly #over = new Map<Commit, number>();

  /** `isPaused`: of that repository nothing is leased. */
  constructor(isPaused: (repository: string | null) => boolean = () => false) {
    this.queue = new Queue((shape) => isPaused(shape.repository) || this.groups.isTaken(shape));
  }

  /** The one way in which a job changes. Answers the job as it is then. */
  apply(entry: Entry): Job {
    const before = this.#all.get(entry.job);
    const job = applied(before, entry);
    this.#all.set(job.id, job);
    if (entry.kind === 'accepted') this.#index(job);
    if (entry.kind === 'leased') this.#byRun.set(entry.run, job.id);
    if (entry.kind === 'known-on') return job;
    if (before !== undefined) this.#displace(before, entry);
    this.#place(job);
    return job;
  }

  /** Takes a job in as its history left it: what it went through then costs nobody a turn now. */
  recall(history: readonly Entry[]): void {
    const job = jobFrom(history);
    if (job === undefined) return;
    this.#all.set(job.id, job);
    this.#index(job);
    for (const { id } of job.runs) this.#byRun.set(id, job.id);
    this.#place(job);
  }

  get(id: JobId): Job | undefined {
    return this.#all.get(id);
  }

  /** One that is named by what we keep ourselves. */
  known(id: JobId): Job {
    const job = this.#all.get(id);
    if (job === undefined) throw new Error(`job ${id} is named but not known`);
    return job;
  }

  ofCommit(commit: Commit): Job[] {
    return [...(this.#byCommit.get(commit) ?? [])].map((id) => this.known(id));
  }

  /** The other jobs of its commit, in its repository. */
  siblings({ id, commit, repository }: Job): Job[] {
    return this.ofCommit(commit).filter((job) => job.repository === repository && job.id !== id);
  }

  /** The job that has or had that run. */
  ofRun(run: RunId): Job | undefined {
    const id = this.#byRun.get(run);
    return id === undefined ? undefined : this.known(id);
  }

  /** Those that are not over and were handed over on that branch, oldest first. */
  openOn(repository: string, branch: string): Job[] {
    const ids = this.#byBranch.get(branchKey({ repository, branch })) ?? [];
    return [...ids].map((id) => this.known(id)).sort((a, b) => a.id - b.id);
  }

  /** In the order in which they are to be served. */
  *waiting(): Generator<Job> {
    for (const id of this.queue) yield this.known(id);
  }

  /** Those that wait for others of their commit. */
  *blocked(): Generator<Job> {
    for (const id of this.#blocked) yield this.known(id);
  }

  /** Those that a run was lost of, or that were handed back. */
  interrupted(): Job[] {
    return this.queue.interrupted().map((id) => this.known(id));
  }

  /** Each with the run that has its lease: the only one of its runs that has no end. */
  *leased(): Generator<{ job: Job; run: Run }> {
    for (const id of this.#leased) {
      const job = this.known(id);
      for (const run of job.runs) if (run.end === null) yield { job, run };
    }
  }

  unfinished(): Job[] {
    return [...this.waiting(), ...this.blocked(), ...[...this.leased()].map(({ job }) => job)];
  }

  get counts(): { readonly waiting: number; readonly blocked: number; readonly leased: number } {
    return {
      waiting: this.queue.size,
      blocked: this.#blocked.size,
      leased: this.#leased.size,
    };
  }

  /** Forgets commits that had been over for a while at that time, whole; the store remembers. */
  forgetFinished(atMs: number): void {
    this.newest.forget(atMs - finishedRememberedMs);
    for (const [commit, sinceMs] of this.#over) {
      // In the order in which they were over: the first that is too young ends the search.
      if (atMs - sinceMs < finishedRememberedMs) return;
      this.#over.delete(commit);
      this.#forget(commit);
    }
  }

  #index(job: Job): void {
    const ids = this.#byCommit.get(job.commit) ?? new Set();
    this.#byCommit.set(job.commit, ids.add(job.id));
  }

  /** Takes it from where it was. */
  #displace(before: Job, entry: Entry): void {
    this.#blocked.delete(before.id);
    if (before.state.kind === 'waiting') {
      if (entry.kind === 'leased') this.queue.serve(before);
      else this.queue.leave(before);
    }
    if (this.#leased.delete(before.id) && this.groups.letGo(before)) {
      this.queue.groupIsFree(before.shape);
    }
  }

  #place(job: Job): void {
    this.#noteBranch(job);
    this.#over.delete(job.commit);
    switch (job.state.kind) {
      case 'blocked':
        this.#blocked.add(job.id);
        break;
      case 'waiting': {
        this.queue.join(job, job.sinceMs, nextTry(job)?.atMs ?? null);
        const last = interruptedRun(job);
        if (last?.end === 'unknown-commit') {
          this.queue.lookAgainAt(job, askAgainAtMs(job, last.runner));
        }
        break;
      }
      case 'leased':
        this.#leased.add(job.id);
        this.groups.hold(job);
        break;
      case 'finished':
        // Those that wait for it look at it until they are over themselves.
        if (this.#isOver(job.commit)) this.#over.set(job.commit, job.sinceMs);
        break;
    }
  }

  #noteBranch(job: Job): void {
    const key = branchKey(job);
    const ids = this.#byBranch.get(key) ?? new Set();
    if (job.state.kind === 'finished') ids.delete(job.id);
    else ids.add(job.id);
    if (ids.size === 0) this.#byBranch.delete(key);
    else this.#byBranch.set(key, ids);
  }

  #isOver(commit: Commit): boolean {
    return this.ofCommit(commit).every(({ state }) => state.kind === 'finished');
  }

  #forget(commit: Commit): void {
    for (const { id, runs } of this.ofCommit(commit)) {
      this.#all.delete(id);
      for (const run of runs) this.#byRun.delete(run.id);
    }
    this.#byCommit.delete(commit);
  }
}

function branchKey({ repository, branch }: Pick<Job, 'repository' | 'branch'>): string {
  return JSON.stringify([repository, branch]);
}
