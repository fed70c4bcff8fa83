/**
 * Owns what a job is and how each journal entry changes it: live and at recovery alike.
 * Never decides anything. A job is blocked, waiting, leased or finished, never two of these; an entry
 * that does not fit its state is our own bug, and stops the process before it is written.
 */

import assert from 'node:assert/strict';
import type { Commit, RunId } from '../../protocol/ids.js';
import type { TestSummary } from '../../protocol/tests.js';
import type { Work } from '../../protocol/work.js';
import type { Entry, JobId, RunsOn, Verdict } from './journal.js';
import { begun, ended, endOf, type Run, reopened, stepsOf } from './run.js';
import { type Shape, shapeOf, type Wider, widerOf } from './shape.js';
import { mayCome } from './transitions.js';

export type JobState =
  /** Jobs that it needs have not passed yet. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'waiting'; readonly interrupted: boolean }
  | { readonly kind: 'leased'; readonly run: RunId }
  | { readonly kind: 'finished'; readonly verdict: Verdict; readonly run: RunId | null };

/** Further branches that a commit is known to be on; of more nobody reads. */
export const alsoOnMax = 32;

export interface Job {
  readonly id: JobId;
  readonly repository: string | null;
  readonly commit: Commit;
  readonly name: string;
  /** Names of jobs of its commit that must have ended before it, and how. */
  readonly needs: readonly string[];
  readonly runsOn: RunsOn;
  /** What it wants of a runner at first. */
  readonly shape: Shape;
  /** And what once it has waited for a while. */
  readonly wider: readonly Wider[];
  /** Since when nothing but a runner is missing; what became of its runs changes nothing in that. */
  readonly wantedSinceMs: number;
  /** Further runs after one is lost; null: as the rules have it. */
  readonly retries: number | null;
  /** What the runner is to do; null: what the commit shows. */
  readonly work: Work | null;
  /** Where its repository can be cloned from; null: nobody said. */
  readonly cloneUrl: string | null;
  readonly branch: string;
  /** Further branches on which its commit was handed over; so many at most. */
  readonly alsoOn: readonly string[];
  readonly author: string;
  readonly subject: string;
  /** Since when it is as it is. */
  readonly sinceMs: number;
  readonly state: JobState;
  /** All of its life, oldest first. */
  readonly runs: readonly Run[];
  /** How many of `runs` were over at the last `rerun`: only later ones count as faults. */
  readonly runsBefore: number;
  /** Which of the runs that count was interrupted last: one that came back may be after a newer. */
  readonly lastInterrupted: RunId | null;
  /** Since the last `rerun`: the run that failed by tests, and whose end was not the verdict yet. */
  readonly retried: { readonly run: RunId; readonly tests: TestSummary } | null;
  readonly cancelAskedAtMs: number | null;
  /** For which commit of its branch it was asked to end, if for any. */
  readonly supersededBy: Commit | null;
}

/** The job after `entry`; `job` is undefined for the entry that accepts it. */
export function applied(job: Job | undefined, entry: Entry): Job {
  if (entry.kind === 'accepted') {
    assert(job === undefined, `job ${entry.job} was accepted twice`);
    const shape = shapeOf(entry);
    return {
      id: entry.job,
      repository: entry.repository,
      commit: entry.commit,
      name: entry.name,
      needs: entry.needs,
      runsOn: entry.runsOn ?? ['success'],
      shape,
      wider: widerOf(shape, entry.fallbacks ?? []),
      wantedSinceMs: entry.atMs,
      retries: entry.retries ?? null,
      work: entry.work ?? null,
      cloneUrl: entry.cloneUrl ?? null,
      branch: entry.branch,
      alsoOn: [],
      author: entry.author,
      subject: entry.subject,
      sinceMs: entry.atMs,
      state: firstState(entry),
      runs: [],
      runsBefore: 0,
      lastInterrupted: null,
      retried: null,
      cancelAskedAtMs: null,
      supersededBy: null,
    };
  }
  assert(job !== undefined, `job ${entry.job} has ${entry.kind} before accepted`);
  const isNews = entry.kind !== 'known-on';
  return { ...job, ...(isNews && { sinceMs: entry.atMs }), ...change(job, entry) };
}

/** The job as those entries leave it; undefined where there are none. */
export function jobFrom(history: readonly Entry[]): Job | undefined {
  return history.reduce<Job | undefined>(applied, undefined);
}

/** Whether its commit is known to have been on that branch. */
export function isOn({ branch, alsoOn }: Job, other: string): boolean {
  return branch === other || alsoOn.includes(other);
}

/** What it wants of a runner at that time. */
export function shapeAt({ shape, wider, wantedSinceMs }: Job, nowMs: number): Shape {
  const last = wider.findLast(({ afterMs }) => wantedSinceMs + afterMs <= nowMs);
  return last?.shape ?? shape;
}

/** The run with that id, if the job had it. */
export function runOf(job: Job, run: RunId): Run | undefined {
  return job.runs.find(({ id }) => id === run);
}

/** The runs that count: those since the last `rerun`. */
export function countedRuns(job: Job): readonly Run[] {
  return job.runs.slice(job.runsBefore);
}

/** The run that was interrupted last, of those that count. */
export function interruptedRun(job: Job): Run | undefined {
  return job.runs.find(({ id }) => id === job.lastInterrupted);
}

/** Whether that run counts, and ended in one of those ways. */
export function countsAs(job: Job, run: RunId, ends: readonly Run['end'][]): boolean {
  return countedRuns(job).some(({ id, end }) => id === run && ends.includes(end));
}

function change(job: Job, entry: Exclude<Entry, { kind: 'accepted' }>): Partial<Job> {
  const { state } = job;
  const isOfOther = speaksOfTheLease(entry) && state.kind === 'leased' && state.run !== entry.run;
  const illegal = `job ${job.id} is ${state.kind} and cannot be ${entry.kind}`;
  assert(mayCome(entry.kind, state.kind) && !isOfOther, illegal);
  switch (entry.kind) {
    case 'known-on':
      if (isOn(job, entry.branch) || job.alsoOn.length >= alsoOnMax) return {};
      return { alsoOn: [...job.alsoOn, entry.branch] };
    case 'unblocked':
      return { state: { kind: 'waiting', interrupted: false }, wantedSinceMs: entry.atMs };
    case 'leased':
      return {
        state: { kind: 'leased', run: entry.run },
        runs: [...job.runs, begun(entry)],
      };
    case 'resumed':
      assert(runOf(job, entry.run) !== undefined, illegal);
      return { state: { kind: 'leased', run: entry.run }, runs: reopened(job.runs, entry) };
    case 'lost':
      return interrupted(job, entry, endOf(entry), entry.reason);
    case 'handed-back':
      return interrupted(job, entry, entry.reason, entry.detail);
    case 'retried':
      assert(runOf(job, entry.run) !== undefined, illegal);
      return {
        ...interrupted(job, entry, 'failed', ''),
        retried: { run: entry.run, tests: entry.tests },
      };
    case 'cancel-asked':
      return { cancelAskedAtMs: entry.atMs, supersededBy: entry.supersededBy ?? null };
    case 'rerun-asked':
      return {
        state: firstState(job),
        wantedSinceMs: entry.atMs,
        runsBefore: job.runs.length,
        lastInterrupted: null,
        retried: null,
        cancelAskedAtMs: null,
        supersededBy: null,
      };
    case 'finished':
      return {
        state: { kind: 'finished', verdict: entry.verdict, run: entry.run },
        runs: job.runs.map((run) => {
          if (run.id === entry.run) {
            return { ...ended(run, entry, 'finished', ''), steps: stepsOf(entry) };
          }
          return run.end === null ? ended(run, entry, 'abandoned', '') : run;
        }),
      };
  }
}

function firstState({ needs }: { readonly needs: readonly string[] }): JobState {
  return needs.length > 0 ? { kind: 'blocked' } : { kind: 'waiting', interrupted: false };
}

/** A lease ends, or goes on, with the run that has it; a verdict may come of an earlier one. */
function speaksOfTheLease(
  entry: Entry,
): entry is Entry & { kind: 'resumed' | 'lost' | 'handed-back' | 'retried' } {
  return ['resumed', 'lost', 'handed-back', 'retried'].includes(entry.kind);
}

function interrupted(
  job: Job,
  entry: Entry & { kind: 'lost' | 'handed-back' | 'retried' },
  end: NonNullable<Run['end']>,
  because: string,
): Partial<Job> {
  return {
    state: { kind: 'waiting', interrupted: true },
    lastInterrupted: entry.run,
    runs: job.runs.map((run) => {
      if (run.id !== entry.run) return run;
      return { ...ended(run, entry, end, because), steps: stepsOf(entry) };
    }),
  };
}
