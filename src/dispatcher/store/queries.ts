/**
 * Owns the shape of questions about the past: what may be asked, and the rows that come back.
 * Never says how they are answered: this store reads them in a thread (query-thread.ts), another may
 * ask a server. Every answer is bounded by `most`, newest first but for
 * the journal; `before` asks for what follows.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import type { TestOutcome } from '../../protocol/tests.js';
import type { Entry, JobId, Verdict } from '../core/journal.js';

export interface Queries {
  /** The newest commits: of all repositories, of one, or of a branch of it. */
  commits(question: CommitsQuestion): Promise<readonly CommitRow[]>;
  /** What happened to each job of a commit, in the order of acceptance. */
  story(question: { readonly commit: Commit }): Promise<readonly JobStory[]>;
  /** The jobs of a commit in one repository as an entry left them, in the order of acceptance. */
  commitThen(question: CommitThenQuestion): Promise<readonly JobThenRow[]>;
  /** On which further branches a job's commit had been handed over by an entry, oldest first. */
  sightings(question: LifeQuestion): Promise<readonly Sighting[]>;
  /** What had happened to a job by an entry, that included: the newest entries, oldest first. */
  life(question: LifeQuestion): Promise<readonly Entry[]>;
  /** What a runner, by its name, had in hand. */
  runsOf(question: RunsQuestion): Promise<readonly RunRow[]>;
  /** The run of that id: one row, or none. */
  run(question: { readonly run: RunId }): Promise<readonly RunRow[]>;
  /** Those branches of a repository that moved last, each with its newest commit. */
  branches(question: BranchesQuestion): Promise<readonly BranchRow[]>;
  /** How long a repository's job of that name took when it was last judged, in milliseconds. */
  durations(question: DurationsQuestion): Promise<readonly number[]>;
  /** The entries after that one, oldest first, each with what its job is called by. */
  journal(question: JournalQuestion): Promise<readonly JournalRow[]>;
  /** The commits of all repositories, with what their removal would take away. */
  past(question: PastQuestion): Promise<readonly PastRow[]>;
  /** The tests that failed in the last run of each job of a commit in a repository, by its jobs. */
  failing(question: FailingQuestion): Promise<readonly FailingRow[]>;
  /** Where a repository's tests failed and passed on the same commit. */
  flaky(question: FlakyQuestion): Promise<readonly FlakyRow[]>;
  /** How a test ended in one run after the other of a repository's job of that name. */
  testHistory(question: HistoryQuestion): Promise<readonly HistoryRow[]>;
}

export interface CommitsQuestion {
  /** Absent: of all. Null: those that came without one. */
  readonly repository?: string | null;
  /** Only with a repository. */
  readonly branch?: string;
  readonly before?: Position;
  readonly most: number;
}

export interface CommitThenQuestion {
  readonly repository: string | null;
  readonly commit: Commit;
  /** The number of that entry. */
  readonly upTo: number;
}

export interface LifeQuestion {
  readonly job: JobId;
  /** The number of that entry. */
  readonly upTo: number;
  readonly most: number;
}

export interface RunsQuestion {
  readonly runner: string;
  readonly before?: { readonly leasedAtMs: number; readonly run: RunId };
  readonly most: number;
}

export interface BranchesQuestion {
  readonly repository: string;
  readonly before?: { readonly atMs: number; readonly branch: string };
  readonly most: number;
}

export interface DurationsQuestion {
  readonly repository: string | null;
  readonly name: string;
  readonly most: number;
}

export interface JournalQuestion {
  /** Of an entry; 0 is before the first. */
  readonly after: number;
  readonly most: number;
}

export interface PastQuestion {
  readonly before?: Position;
  readonly most: number;
}

/** Where a commit stands among others: when its oldest job came (on that branch), and which. */
export interface Position {
  readonly atMs: number;
  readonly job: JobId;
}

/** A commit of one repository. */
export interface CommitRow {
  readonly repository: string | null;
  readonly commit: Commit;
  readonly branch: string;
  readonly author: string;
  readonly subject: string;
  /** To ask for those before it. */
  readonly position: Position;
  /** Oldest first. */
  readonly jobs: readonly FinishedOrNot[];
}

/** `verdict` and `finishedAtMs` are null while it is not finished. */
export interface FinishedOrNot {
  readonly job: JobId;
  readonly name: string;
  readonly verdict: Verdict | null;
  readonly acceptedAtMs: number;
  readonly finishedAtMs: number | null;
}

export interface JobStory extends FinishedOrNot {
  readonly repository: string | null;
  /** Its newest entries, in the order in which they were appended. */
  readonly entries: readonly Entry[];
}

/** A job as it was. */
export interface JobThenRow {
  readonly job: JobId;
  readonly name: string;
  readonly author: string;
  readonly subject: string;
  /** The one that it was first handed over on. */
  readonly branch: string;
  readonly acceptedAtMs: number;
  /** The last entry by which it began, began anew or ended; null: there was none by then. */
  readonly last: Entry | null;
}

export interface Sighting {
  readonly branch: string;
  readonly atMs: number;
}

export interface RunRow {
  readonly run: RunId;
  readonly repository: string | null;
  readonly commit: Commit;
  readonly job: JobId;
  readonly name: string;
  /** Among the runs of its job, from 1. */
  readonly number: number;
  readonly runner: string;
  readonly leasedAtMs: number;
  /** Null while it has the lease. */
  readonly endedAtMs: number | null;
  readonly ending: Verdict | 'lost' | 'handed-back' | null;
  readonly reason: string;
}

export interface BranchRow {
  readonly branch: string;
  readonly atMs: number;
  readonly newest: CommitRow;
}

export interface JournalRow {
  readonly seq: number;
  readonly entry: Entry;
  readonly job: {
    readonly id: JobId;
    readonly repository: string | null;
    readonly commit: Commit;
    readonly name: string;
  };
}

export interface PastRow extends Pick<CommitRow, 'repository' | 'commit' | 'position'> {
  /** When the last of its jobs ended; null while one is not over. */
  readonly finishedAtMs: number | null;
  readonly jobs: readonly Pick<FinishedOrNot, 'job' | 'name'>[];
  /** `logBytes` is null where no runner reported how long its log is. */
  readonly runs: readonly {
    readonly job: JobId;
    readonly number: number;
    readonly logBytes: number | null;
    /** What the logs of its steps take on disk, as far as a runner reported. */
    readonly stepLogBytes: number;
  }[];
}

export interface FailingQuestion {
  /** Null: the jobs that came without one. */
  readonly repository: string | null;
  readonly commit: Commit;
  readonly most: number;
}

export interface FailingRow {
  readonly job: JobId;
  readonly repository: string | null;
  /** Of the job. */
  readonly name: string;
  readonly run: RunId;
  readonly test: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface FlakyQuestion {
  readonly repository: string | null;
  readonly before?: Pick<FlakyRow, 'atMs' | 'job' | 'test'>;
  readonly most: number;
}

/** A test that failed in one run of a job and passed in another. */
export interface FlakyRow {
  readonly job: JobId;
  readonly repository: string | null;
  /** Of the job. */
  readonly name: string;
  readonly test: string;
  readonly commit: Commit;
  /** When the second of the two runs ended. */
  readonly atMs: number;
  /** Runners; the same one, where it was alone. */
  readonly failedOn: string;
  readonly passedOn: string;
}

export interface HistoryQuestion {
  readonly repository: string | null;
  /** Of the job. */
  readonly name: string;
  readonly test: string;
  readonly beforeMs?: number;
  readonly most: number;
}

export interface HistoryRow {
  readonly run: RunId;
  readonly job: JobId;
  readonly commit: Commit;
  readonly runner: string;
  readonly atMs: number;
  readonly outcome: TestOutcome;
}
