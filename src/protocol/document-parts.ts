/**
 * Owns what documents are made of (documents.ts): commits in a line, jobs that run or wait, runners,
 * attempts and their steps. Times are milliseconds since 1970, durations milliseconds.
 */

import * as z from 'zod';
import { testSummary } from './tests.js';
import { stepReport } from './work.js';

export const atMs = z.number();
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

export const state = z.enum(states);

export const repository = z.string().nullable();

/** A job in a row of a commit. */
const jobInRow = z.object({
  job: z.number().int(),
  name: z.string(),
  state,
  acceptedAtMs: atMs,
  finishedAtMs: atMs.nullable(),
});

/** A commit in a line of commits; of its jobs the one that matters most says how it stands. */
export const commitInLine = z.object({
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

export const runningJob = aboutJob.extend({
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

export const waitingJob = aboutJob.extend({
  state: z.enum(['waiting', 'blocked']),
  sinceMs: atMs,
  why: z.string(),
});

export const runnerInRow = z.object({
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

export const counts = z.object({
  running: z.number().int(),
  waiting: z.number().int(),
  blocked: z.number().int(),
});

/** A branch whose newest verdict is red. */
export const redBranch = z.object({
  repository,
  branch: z.string(),
  newest: commitInLine,
  /** The first that is red since the last green one, and when it came. */
  since: z.object({ commit: z.string(), subject: z.string(), atMs }),
  /** Red ones in a row; `isMore`: there may be further ones before. */
  count: z.number().int(),
  isMore: z.boolean(),
});

export const oftenRed = z.object({
  repository,
  name: z.string(),
  red: z.number().int(),
  of: z.number().int(),
});

export const flakyTest = z.object({
  repository,
  name: z.string(),
  test: z.string(),
  times: z.number().int(),
  lastCommit: z.string(),
  lastAtMs: atMs,
});

/** One attempt at a job. */
export const runOfJob = z.object({
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

export const jobOfCommit = z.object({
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
