/**
 * Owns the shape of the dispatcher's memory: few verbs, so that a second implementation can
 * share it among several dispatchers. Never decides; it keeps what the core appended.
 * Invariant: when `append` returns, its entries and the rows derived from them are on disk.
 */

import type { Address } from '../../protocol/address.js';
import type { Commit, RunId } from '../../protocol/ids.js';
import type { Entry, JobId, Verdict } from '../core/journal.js';

/** A job as the rows tell it. `verdict` is null while it is not finished. */
export interface JobRow {
  readonly id: JobId;
  readonly commit: Commit;
  readonly name: string;
  readonly verdict: Verdict | null;
  /** The number of its latest run; 0 before the first. */
  readonly runs: number;
}

export interface Store {
  /**
   * All or nothing, durable on return; where it is nothing it throws the disk's error (see
   * `lacksRoom`), or `UsageError` where the store was taken away from under us. Answers the sequence
   * number of the last entry; those before it have the ones before, and none is ever given twice.
   */
  append(entries: readonly Entry[]): number;
  /**
   * The entries of every job that is not finished, and of those beside it of the same commit, which
   * it may need; in the order in which they were appended.
   */
  unfinished(): Entry[];
  /** The entries of a job, in the order in which they were appended. */
  history(job: JobId): Entry[];
  /** Commits that have jobs and whose ids begin so, at most that many. */
  commitsLike(beginning: string, most: number): Commit[];
  /** The jobs of a commit, oldest first. */
  jobsOf(commit: Commit): JobRow[];
  /** Whether there is, or was, a job of that commit, in that repository or in none by name. */
  hasJob(commit: Commit, repository: string): boolean;
  /** Whether any job belongs to that repository. */
  hasJobs(repository: string): boolean;
  /** Whether that run's result ended its job. */
  isRecorded(run: RunId): boolean;
  /** The id for the next job to be accepted. */
  nextJob(): JobId;
  /** The sequence number of the last entry; 0 before the first. */
  lastSeq(): number;
  /** When the last entry was made; 0 before the first. */
  lastAtMs(): number;
  /** Names of all repositories that a job ever belonged to. */
  repositories(): string[];
  /** Addresses of classic runners, who would not register again after a restart of ours. */
  classicRunners(): Address[];
  rememberRunner(address: Address): void;
  forgetRunner(address: Address): void;
  close(): void;
}
