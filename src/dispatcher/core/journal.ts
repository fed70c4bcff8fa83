/**
 * Owns the vocabulary of what can happen to a job, in the order a life may have.
 * Entries are facts: appended durably, never changed, and the only thing that changes a job.
 * Which may come when is data: see transitions.ts.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import type { Handback } from '../../protocol/job-bodies.js';
import type { TestSummary } from '../../protocol/tests.js';
import type { StepReport, Work } from '../../protocol/work.js';

/** Given by the dispatcher, ascending in the order of acceptance. */
export type JobId = number;

/**
 * How a job ended. Skipped: one that it needs did not end as it wants, or its commit asks to be left
 * alone. Superseded: its branch has a newer commit, and its repository's owner wants only that one.
 */
export const verdicts = [
  'passed',
  'failed',
  'errored',
  'timed-out',
  'cancelled',
  'superseded',
  'skipped',
] as const;

export type Verdict = (typeof verdicts)[number];

/** How a verdict came about; what a person asks next. */
export interface Conclusion {
  readonly verdict: Verdict;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** One sentence, where the exit code does not say it all; may be empty. */
  readonly reason: string;
  readonly logBytes: number;
  readonly durationMs: number;
  /** How each step ended, where the run had steps. */
  readonly steps?: readonly StepReport[] | undefined;
  /** What its tests came to, where its runner was told of any. */
  readonly tests?: TestSummary | undefined;
}

/** How the jobs before it must have ended: all passed, or one at least did not; with both, anyhow. */
export type RunsOn = readonly ('success' | 'failure')[];

export interface Fallback {
  readonly labels: readonly string[];
  readonly afterMs: number;
}

type Happening =
  | {
      readonly kind: 'accepted';
      readonly repository: string | null;
      readonly commit: Commit;
      /** Which job of the commit; unique among those of one repository. */
      readonly name: string;
      /** What the runner that tests it must carry. */
      readonly labels: readonly string[];
      /** Names of the commit's jobs that must have ended before it. */
      readonly needs: readonly string[];
      /** How they must have; absent: all passed. */
      readonly runsOn?: RunsOn | undefined;
      /** Of a group of its repository only so many are leased at a time. */
      readonly group: string | null;
      /** Absent: one. */
      readonly groupLimit?: number;
      /** The higher one is served first within its repository; absent: 0. */
      readonly priority?: number;
      /** Labels that will do as well once it has waited so long. */
      readonly fallbacks?: readonly Fallback[];
      /** Further runs after one is lost; absent: as the rules have it. */
      readonly retries?: number;
      /** What its runner is to do; absent: what the commit shows. */
      readonly work?: Work | undefined;
      /** Where its repository can be cloned from; absent: nobody said. */
      readonly cloneUrl?: string | undefined;
      readonly branch: string;
      readonly author: string;
      readonly subject: string;
      /** Who handed it over. */
      readonly by: string;
    }
  /** The same commit was handed over on a further branch; or again, as a branch came back to it. */
  | { readonly kind: 'known-on'; readonly branch: string; readonly again?: true }
  /** All that it needs has ended as it wants. */
  | { readonly kind: 'unblocked' }
  | {
      readonly kind: 'leased';
      readonly run: RunId;
      /** Among the runs of its job, from 1. */
      readonly number: number;
      readonly runner: string;
      readonly classic: boolean;
    }
  /** The runner of a lost run, or of one that outlived the dispatcher, came back with it. */
  | { readonly kind: 'resumed'; readonly run: RunId; readonly runner: string }
  | {
      readonly kind: 'lost';
      readonly run: RunId;
      readonly runner: string;
      readonly reason: string;
      /** The runner never showed that the run had come there. */
      readonly confirmed?: false;
    }
  | ({ readonly kind: 'handed-back'; readonly run: RunId; readonly runner: string } & Handback)
  /** The run failed by tests that may be flaky: the job is run once more before that is its verdict. */
  | ({ readonly kind: 'retried'; readonly run: RunId; readonly runner: string } & Conclusion & {
        readonly verdict: 'failed';
        readonly tests: TestSummary;
      })
  /** By a person, or because of a newer commit of its branch. */
  | { readonly kind: 'cancel-asked'; readonly supersededBy?: Commit }
  | { readonly kind: 'rerun-asked' }
  /** `run` is null where no run led to it: cancelled while waiting, given up as errored. */
  | ({ readonly kind: 'finished'; readonly run: RunId | null } & Conclusion);

/** What happened, to which job, when (ms since 1970). */
export type Entry = Happening & { readonly job: JobId; readonly atMs: number };
