/**
 * Owns the shape of the dispatcher's memory: few verbs, so that a second implementation can
 * share it among several dispatchers. Never decides; it keeps what the core appended. Each answer is a
 * promise: one store is a file, another may be a server, and no decision waits for either.
 * Invariant: when `append` resolves, its entries and the rows derived from it are on disk.
 */

import type { Address } from '../../protocol/address.js';
import type { Commit, Pausable, RunId } from '../../protocol/ids.js';
import type { Tested } from '../core/events.js';
import type { Entry, JobId, Verdict } from '../core/journal.js';

/** A job as the rows tell it. `verdict` is null while it is not finished. */
export interface JobRow {
  readonly id: JobId;
  readonly commit: Commit;
  readonly name: string;
  readonly verdict: Verdict | null;
}

/**
 * A change of what is no history but a list: addresses of classic runners, which would not register
 * again, and what is paused. It is worth keeping, or is no longer.
 */
export type ListChange =
  | { readonly address: Address; readonly isKept: boolean }
  | { readonly what: Pausable; readonly isKept: boolean };

/** What a dispatcher starts from. */
export interface Recovered {
  /**
   * The entries of every job that is not finished, and of those beside it of the same commit, which
   * it may need; in the order in which they were appended.
   */
  readonly unfinished: readonly Entry[];
  /** The id for the next job to be accepted. */
  readonly nextJob: JobId;
  /** The sequence number of the last entry; 0 before the first. */
  readonly lastSeq: number;
  /** When the last entry was made; 0 before the first. */
  readonly lastAtMs: number;
  /** Names of all repositories that a job ever belonged to. */
  readonly repositories: readonly string[];
  /** Addresses of classic runners, as they were registered and not forgotten. */
  readonly classicRunners: readonly Address[];
  /** What was paused, and not resumed. */
  readonly paused: readonly Pausable[];
}

export interface Store {
  recover(): Promise<Recovered>;
  /**
   * All or nothing, durable when it resolves; where it is nothing it rejects with the disk's error
   * (see `isForWaiting`), or `UsageError` where the store was taken away from under us. Answers the
   * sequence number of the last entry, 0 where there is none; those before it have the ones before,
   * and none is ever given twice. Asked again only once the last one has been answered.
   */
  append(
    entries: readonly Entry[],
    listChanges: readonly ListChange[],
    tested: readonly Tested[],
  ): Promise<number>;
  /** The entries of a job, in the order in which they were appended. */
  history(job: JobId): Promise<readonly Entry[]>;
  /** Commits that have jobs and whose ids begin so, at most that many. */
  commitsLike(beginning: string, most: number): Promise<readonly Commit[]>;
  /** The jobs of a commit, oldest first. */
  jobsOf(commit: Commit): Promise<readonly JobRow[]>;
  /** Those of these commits of which there is, and was, no job, in that repository or in none by name. */
  lacking(commits: readonly Commit[], repository: string): Promise<readonly Commit[]>;
  /** The commit that a branch was seen at last; null: it never was. */
  newestOn(repository: string, branch: string): Promise<Commit | null>;
  /** Whether any job belongs to that repository. */
  hasJobs(repository: string): Promise<boolean>;
  /** Whether that run's result ended its job. */
  isRecorded(run: RunId): Promise<boolean>;
  /** What is asked from here on, or is not answered yet, never is. */
  close(): void;
}
