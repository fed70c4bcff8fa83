/**
 * Owns the JSON that questions are answered with (questions.ts): one shape for the command, for the
 * page and for other programs, from which the OpenAPI document is made. Times are milliseconds since
 * 1970, durations milliseconds; null is said where there is none. Words for people are whole sentences
 * or end without a full stop, as they stand in a row.
 */

import * as z from 'zod';
import {
  atMs,
  commitInLine,
  counts,
  flakyTest,
  jobOfCommit,
  oftenRed,
  redBranch,
  repository,
  runnerInRow,
  runningJob,
  runOfJob,
  state,
  waitingJob,
} from './document-parts.js';

const overview = z.object({
  nowMs: atMs,
  version: z.string(),
  /** The last entry of the journal that this is made from. */
  seq: z.number().int(),
  counts,
  paused: z.array(z.string()),
  running: z.array(runningJob),
  waiting: z.array(waitingJob),
  newest: z.array(commitInLine),
  red: z.array(redBranch),
  oftenRed: z.array(oftenRed),
  flaky: z.array(flakyTest),
  runners: z.array(runnerInRow),
  observers: z.array(z.object({ name: z.string(), repository })),
  repositories: z.array(z.string()),
});

const commits = z.object({
  commits: z.array(commitInLine),
  /** To ask for those before: as `before`; null: there are none. */
  next: z.string().nullable(),
});

const branches = z.object({
  repository: z.string(),
  branches: z.array(z.object({ branch: z.string(), atMs, newest: commitInLine })),
});

const commit = z.object({
  nowMs: atMs,
  seq: z.number().int(),
  commit: z.string(),
  branch: z.string(),
  author: z.string(),
  subject: z.string(),
  state,
  atMs,
  finishedAtMs: atMs.nullable(),
  jobs: z.array(jobOfCommit),
});

const run = z.object({
  run: z.string(),
  repository,
  commit: z.string(),
  job: z.number().int(),
  name: z.string(),
  /** The attempt, from 1. */
  number: z.number().int(),
  runner: z.string(),
  leasedAtMs: atMs,
  /** Null: it goes on. */
  endedAtMs: atMs.nullable(),
});

const runners = z.object({
  nowMs: atMs,
  runners: z.array(runnerInRow),
  observers: z.array(z.object({ name: z.string(), repository })),
  paused: z.array(z.string()),
});

const runner = z.object({
  nowMs: atMs,
  name: z.string(),
  /** Null: it is not here. */
  now: runnerInRow.nullable(),
  isPaused: z.boolean(),
  history: z.array(
    z.object({
      run: z.string(),
      repository,
      commit: z.string(),
      job: z.number().int(),
      name: z.string(),
      number: z.number().int(),
      leasedAtMs: atMs,
      endedAtMs: atMs.nullable(),
      ending: z.string().nullable(),
      reason: z.string(),
    }),
  ),
});

const queue = z.object({
  nowMs: atMs,
  counts,
  paused: z.array(z.string()),
  waiting: z.array(waitingJob),
});

/** By what is asked. */
export const documents = { overview, commits, branches, commit, run, runners, runner, queue };

/** What several of them hold, under the names that the OpenAPI document has for it. */
export const parts = {
  commitInLine,
  runningJob,
  waitingJob,
  runnerInRow,
  redBranch,
  jobOfCommit,
  runOfJob,
};

export type Documents = {
  readonly [What in keyof typeof documents]: z.infer<(typeof documents)[What]>;
};
export type State = z.infer<typeof state>;
export type CommitInLine = z.infer<typeof commitInLine>;
export type JobOfCommit = z.infer<typeof jobOfCommit>;
export type RunOfJob = z.infer<typeof runOfJob>;
export type RunningJob = z.infer<typeof runningJob>;
export type WaitingJob = z.infer<typeof waitingJob>;
export type RunnerInRow = z.infer<typeof runnerInRow>;
export type RedBranch = z.infer<typeof redBranch>;

/** What a question without an answer is told. */
export const refusal = z.object({ error: z.string() });
