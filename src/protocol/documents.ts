/**
 * Owns the JSON that questions are answered with (questions.ts): one shape for the command, for the
 * page and for other programs, from which the OpenAPI document is made. Times are milliseconds since
 * 1970, durations milliseconds; null is said where there is none. Words for people are whole sentences
 * or end without a full stop, as they stand in a row.
 */

import { z } from 'zod';
import { testSummary } from './tests.js';
import { stepReport } from './work.js';

const atMs = z.number();
const durationMs = z.number();

/**
 * How a job, or all jobs of a commit together, stand; of several the first in this list. What was skipped
 * comes last: a job that is there for failures only must not keep a commit from having passed.
 */
export const states = [
  'running',
  'waiting',
  'blocked',
  'failed',
  'errored',
  'timed-out',
  'cancelled',
  'superseded',
  'passed',
  'skipped',
] as const;

const state = z.enum(states);

const repository = z.string().nullable();

/** A job in a row of a commit. */
const jobInRow = z.object({
  job: z.number().int(),
  name: z.string(),
  state,
  acceptedAtMs: atMs,
  finishedAtMs: atMs.nullable(),
});

/** A commit in a line of commits; of its jobs the one that matters most says how it stands. */
const commitInLine = z.object({
  repository,
  commit: z.string(),
  branch: z.string(),
  author: z.string(),
  subject: z.string(),
  state,
  atMs,
  finishedAtMs: atMs.nullable(),
  jobs: z.array(jobInRow),
});

const aboutJob = z.object({
  repository,
  commit: z.string(),
  branch: z.string(),
  subject: z.string(),
  job: z.number().int(),
  name: z.string(),
});

const runningJob = aboutJob.extend({
  run: z.string(),
  /** The attempt, from 1. */
  number: z.number().int(),
  runner: z.string(),
  sinceMs: atMs,
  /** Steps that go on. */
  steps: z.array(z.string()),
  /** The median of the last ones that were judged; null: there were none. */
  estimateMs: durationMs.nullable(),
});

const waitingJob = aboutJob.extend({
  state: z.enum(['waiting', 'blocked']),
  sinceMs: atMs,
  why: z.string(),
});

const runnerInRow = z.object({
  name: z.string(),
  kind: z.enum(['runner', 'classic']),
  /** Null: any. */
  repositories: z.array(z.string()).nullable(),
  labels: z.array(z.string()),
  capacity: z.number().int(),
  state: z.enum(['idle', 'busy', 'leaving', 'paused']),
  /** How long nothing was heard of it, counted in quarters of a heartbeat. */
  silentMs: durationMs,
  running: z.array(runningJob),
});

const counts = z.object({
  running: z.number().int(),
  waiting: z.number().int(),
  blocked: z.number().int(),
});

/** A branch whose newest verdict is red. */
const redBranch = z.object({
  repository,
  branch: z.string(),
  newest: commitInLine,
  /** The first that is red since the last green one, and when it came. */
  since: z.object({ commit: z.string(), subject: z.string(), atMs }),
  /** Red ones in a row; `isMore`: there may be further ones before. */
  count: z.number().int(),
  isMore: z.boolean(),
});

const oftenRed = z.object({
  repository,
  name: z.string(),
  red: z.number().int(),
  of: z.number().int(),
});

const flakyTest = z.object({
  repository,
  name: z.string(),
  test: z.string(),
  times: z.number().int(),
  lastCommit: z.string(),
  lastAtMs: atMs,
});

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

/** One attempt at a job. */
const runOfJob = z.object({
  run: z.string(),
  number: z.number().int(),
  runner: z.string(),
  leasedAtMs: atMs,
  /** Null: it goes on. */
  endedAtMs: atMs.nullable(),
  /** `running`, a verdict, `lost`, `handed back`…: one word or two. */
  ending: z.string(),
  because: z.string(),
  steps: z.array(stepReport),
});

/** A step as the plan has it. */
const plannedStep = z.object({
  number: z.number().int(),
  name: z.string(),
  needs: z.array(z.string()),
  isService: z.boolean(),
});

const jobOfCommit = z.object({
  job: z.number().int(),
  repository,
  name: z.string(),
  state,
  needs: z.array(z.string()),
  labels: z.array(z.string()),
  branch: z.string(),
  alsoOn: z.array(z.string()),
  acceptedAtMs: atMs,
  finishedAtMs: atMs.nullable(),
  exitCode: z.number().int().nullable(),
  /** Why it ended as it did, or waits; may be empty. */
  reason: z.string(),
  estimateMs: durationMs.nullable(),
  runs: z.array(runOfJob),
  plan: z.array(plannedStep),
  tests: testSummary.nullable(),
  /** What the story of `why` tells, an entry each. */
  story: z.array(z.object({ atMs, says: z.string() })),
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
