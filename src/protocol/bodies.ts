/**
 * Owns the JSON that travels as a body: its shapes, its bounds, its defaults.
 * Never reads a socket; the decoder calls `parse` and hands on only what passed.
 * Unknown keys are dropped, so that a newer peer may say more than we understand.
 */

import { z } from 'zod';
import { prose } from './characters.js';
import { isCloneUrl } from './clone-url.js';
import {
  defaultJobName,
  jobNamePattern,
  labelPattern,
  namePattern,
  parseCommit,
  parseRun,
  parseSecret,
  peerNamePattern,
} from './ids.js';
import {
  capacityMax,
  fallbacksMax,
  groupLimitMost,
  handedOverMax,
  heldRunsMax,
  jobsOfCommitMax,
  labelsMax,
  priorityMost,
  repositoriesMax,
  retriesMost,
  stepLogsMax,
} from './limits.js';
import { testReport } from './tests.js';
import { outcomes, stepReport, work } from './work.js';

const name = z.string().regex(namePattern);

const jobName = z.string().regex(jobNamePattern);

const labels = z.array(z.string().regex(labelPattern)).max(labelsMax).default([]);

/** Runs at once. */
const capacity = z.number().int().min(1).max(capacityMax);

/** A commit in JSON. */
export const commit = z.string().transform((text, context) => {
  const parsed = parseCommit(text);
  if (parsed === null) context.addIssue('not a full commit id');
  return parsed ?? z.NEVER;
});

/** A run's id in JSON. */
export const run = z.string().transform((text, context) => {
  const parsed = parseRun(text);
  if (parsed === null) context.addIssue('not a run id');
  return parsed ?? z.NEVER;
});

/** The number of an entry in the journal; 0 is before the first. */
const sequence = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Words that `knows` may hold. */
const knownMax = 32;

const secret = z.string().refine((text) => parseSecret(text) !== null, 'not a token');

/** How a peer introduces itself. */
export const hello = z.object({
  role: z.enum(['runner', 'observer', 'spectator']),
  name: z.string().regex(peerNamePattern),
  /** The same in each session of one process: it is told apart from others of its name. */
  process: name.optional(),
  version: prose(40).default('unknown'),
  repository: name.nullable().default(null),
  /** Of a runner that tests several: all of them; the first is its `repository` as well. */
  repositories: z.array(name).max(repositoriesMax).optional(),
  /** Of a runner: it tests what it is asked to, of any repository, which it clones by itself. */
  anyRepository: z.boolean().optional(),
  labels,
  capacity: capacity.default(1),
  /**
   * Later additions to the wire that it understands. `jobs`: that a commit may have several. `work`:
   * what a job's steps are. `rests`: that it is pinged less often while it has nothing in hand.
   */
  knows: z.array(name).max(knownMax).default([]),
  /** Runs still in hand from an earlier session: going on, or ended and not yet acknowledged. */
  runs: z.array(z.object({ run, commit })).max(heldRunsMax).default([]),
  /** Of an observer: some of what was accepted from it lately, oldest first. Is it all there? */
  handedOver: z.array(commit).max(handedOverMax).optional(),
  /** Of a spectator: the last entry that it has heard; absent: it wants only what comes. */
  after: z.object({ seq: sequence, atMs: z.number() }).optional(),
  /** Of a spectator: whether it wants to see the messages that cross the wire. */
  taps: z.boolean().optional(),
  /** Proof that it may speak; the router takes it off before the rest goes further in. */
  token: secret.optional(),
});

/** The dispatcher's answer to `hello`. */
export const welcome = z.object({
  session: z.string().max(64),
  heartbeatEveryMs: z.number().int().min(10).max(600_000),
  /** To a runner that rests: the heartbeats from ping to ping while it has nothing in hand. */
  restingHeartbeats: z.number().int().min(1).max(1_000).optional(),
  /**
   * Later additions to the wire that the dispatcher understands. To a runner, `offer`: that verb, and
   * `steps`: the verb `step` and their logs; to an observer, `work`: what a job's steps are.
   */
  knows: z.array(name).max(knownMax).optional(),
  /** To an observer: those of `handedOver` that are not in this dispatcher's memory. */
  lacks: z.array(commit).max(handedOverMax).optional(),
  /** To an observer: nothing of its repository is. */
  isNew: z.boolean().optional(),
  /** To a spectator: the number of the last entry that there is. */
  lastSeq: sequence.optional(),
});

/** An entry of the journal, with what its job is called by; what else it holds, its kind says. */
export const entry = z.looseObject({
  kind: z.string(),
  atMs: z.number(),
  job: z.number().int(),
  repository: name.nullable(),
  commit,
  name: jobName,
});

/** What else is told to a spectator; what it holds, its kind says. */
export const event = z.looseObject({ kind: z.string(), atMs: z.number() });

/** What a runner offers from now on; until then it is what its `hello` said. */
export const offer = z.object({ capacity, labels });

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

/** Any sentence. */
export const sentence = z.object({ says: prose(1_000) });

/** Who a peer is; the token that it showed is no part of that. */
export type Hello = Omit<z.infer<typeof hello>, 'token'>;
export type HelloToSend = z.input<typeof hello>;
export type Welcome = z.infer<typeof welcome>;
export type OfferBody = z.infer<typeof offer>;
export type PlannedJob = z.infer<typeof plannedJob>;
export type HandoverBody = z.infer<typeof handover>;
export type Assignment = z.infer<typeof assignment>;
export type Report = z.infer<typeof report>;
export type Handback = z.infer<typeof handback>;
