/**
 * Owns the JSON that travels of jobs and their runs: what an observer hands over, what a runner is to do,
 * and what it reports. Unknown keys are dropped, as in all bodies (bodies.ts).
 */

import * as z from 'zod';
import { jobName, labels, name } from './bodies.js';
import { prose } from './characters.js';
import { isCloneUrl } from './clone-url.js';
import { defaultJobName } from './ids.js';
import {
  fallbacksMax,
  groupLimitMost,
  jobsOfCommitMax,
  priorityMost,
  retriesMost,
  stepLogsMax,
} from './limits.js';
import { testReport } from './tests.js';
import { outcomes, stepReport, work } from './work.js';

/** What is known of a commit besides its id. All of it is text from outside, made harmless. */
export const description = z.object({
  branch: prose(255).default(''),
  author: prose(255).default(''),
  subject: prose(500).default(''),
});

/** Where its repository can be cloned from; what git should not be given is left out. */
const cloneUrl = z.string().refine(isCloneUrl).optional().catch(undefined);

/** Labels that will do as well once the job has waited so long. */
const fallback = z.object({ labels, afterMs: z.number().min(0) });

/** What the queue is told of a job, and what an older observer does not say. */
export const queueing = {
  /** Within its repository the higher one is served first; 0 where it is not said. */
  priority: z.number().int().min(-priorityMost).max(priorityMost).exactOptional(),
  /** In the order in which they come into question. */
  fallbacks: z.array(fallback).max(fallbacksMax).exactOptional(),
  /** Further runs after one is lost; where it is not said, as many as the dispatcher allows. */
  retries: z.number().int().min(0).max(retriesMost).exactOptional(),
  /** Of its group so many are tested at once; 1 where it is not said. */
  groupLimit: z.number().int().min(1).max(groupLimitMost).exactOptional(),
};

/** A line of a shell; what is longer belongs in a file of the repository. */
export const commandCharactersMax = 4_096;

/** One job of a commit, as its plan has it. */
const plannedJob = z.object({
  name: jobName.default(defaultJobName),
  /** All of them must be carried by the runner that tests it. */
  labels,
  /** Names of jobs of the same commit that must have passed before. */
  needs: z.array(jobName).max(jobsOfCommitMax).default([]),
  /** How those must have ended; where it is not said, all must have passed. */
  runsOn: outcomes.optional(),
  /** Of a group so many jobs at a time are tested, in all of its repository. */
  group: jobName.nullable().default(null),
  ...queueing,
  /** What its runner is to do; without it, what the commit shows. */
  work: work.optional(),
  /** A job that nobody is to test: the commit asks for that, or its workflow file is wrong. */
  ended: z.object({ verdict: z.enum(['skipped', 'errored']), reason: prose(500) }).optional(),
});

/** The one job of a commit without a plan. */
export const defaultJob = plannedJob.parse({});

/** What an observer says of a commit: besides who and what, its jobs, where there is a plan. */
export const handover = description.extend({
  cloneUrl,
  /** Whether its branch is the one that all others come from; absent: that is not known. */
  isDefaultBranch: z.boolean().optional(),
  /** Its branch stands there; what was handed over before it only led there. Absent: nobody says. */
  isTip: z.boolean().optional(),
  jobs: z.array(plannedJob).min(1).max(jobsOfCommitMax).superRefine(isOrdered).optional(),
});

/** Names are given once, and a job needs only those that stand before it: so there is no circle. */
function isOrdered(jobs: readonly PlannedJob[], context: z.core.$RefinementCtx): void {
  const before = new Set<string>();
  for (const { name, needs } of jobs) {
    if (before.has(name)) context.addIssue(`two jobs are called ${name}`);
    const later = needs.find((needed) => !before.has(needed));
    if (later !== undefined) context.addIssue(`${name} needs ${later}, which is not before it`);
    before.add(name);
  }
}

/** What a runner is told of a run besides its commit. */
export const assignment = description.extend({
  repository: name.nullable().default(null),
  /** Which job of the commit. */
  job: jobName.default(defaultJobName),
  /** The attempt, counted from 1 over the job's whole life. */
  number: z.number().int().min(1),
  /** Of all that is done for the commit: ascends from commit to commit. */
  pipeline: z.number().int().min(1).optional(),
  /** For a runner that clones by itself. */
  cloneUrl,
  /** What is to be done; without it, what the commit shows. */
  work: work.optional(),
  /** What the dispatcher's owner says of the repository: its suite, instead of all that it shows… */
  command: z.string().min(1).max(commandCharactersMax).optional(),
  /** …and how long a run may take, where the runner does not end it sooner. */
  timeoutMs: z.number().min(1).optional(),
  /** The values of secrets that its work names, by those names in lower case. */
  secrets: z.record(z.string(), z.string()).optional(),
  /** Of those that it names and does not get, why not. */
  withheld: z.record(z.string(), prose(500)).optional(),
});

/** How a suite's run can end on a runner. `errored` means that it could not be judged. */
export const suiteEnds = ['passed', 'failed', 'errored', 'timed-out', 'cancelled'] as const;

/** What a runner reports of an ended run; the log itself went ahead in chunks. */
export const report = z.object({
  end: z.enum(suiteEnds),
  exitCode: z.number().int().nullable().default(null),
  signal: prose(20).nullable().default(null),
  /** One sentence for people: why it ended so, where the exit code does not say it. */
  reason: prose(500).default(''),
  /** The length of the whole log; the result is recorded only once that much is stored. */
  logBytes: z.number().int().min(0),
  /** Fractions are welcome, but it must fit an integer column. */
  durationMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  /** How each step ended, where it had steps, and each service. */
  steps: z.array(stepReport).max(stepLogsMax).optional(),
  /** What its tests came to, where they were reported. */
  tests: testReport.optional(),
});

/**
 * Why a runner gives a run back without a report. `unknown-commit`: not in its repository.
 * `could-not-fetch`: the remote failed. `machine-fault`: a disk or a table of the machine was full,
 * or no sandbox could be built. `stopped`: the runner is shutting down, or all its slots were taken.
 */
export const handbackReasons = [
  'unknown-commit',
  'could-not-fetch',
  'machine-fault',
  'stopped',
] as const;

export const handback = z.object({
  reason: z.enum(handbackReasons),
  detail: prose(500).default(''),
});

export type PlannedJob = z.infer<typeof plannedJob>;
export type HandoverBody = z.infer<typeof handover>;
export type Assignment = z.infer<typeof assignment>;
export type Report = z.infer<typeof report>;
export type Handback = z.infer<typeof handback>;
