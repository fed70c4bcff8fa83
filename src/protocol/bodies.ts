/**
 * Owns the JSON that travels as a body: its shapes, its bounds, its defaults. What is said of jobs and
 * their runs is in job-bodies.ts.
 * Never reads a socket; the decoder calls `parse` and hands on only what passed.
 * Unknown keys are dropped, so that a newer peer may say more than we understand.
 */

import * as z from 'zod';
import { prose } from './characters.js';
import {
  jobNamePattern,
  labelPattern,
  namePattern,
  parseCommit,
  parseRun,
  parseSecret,
  peerNamePattern,
} from './ids.js';
import { capacityMax, handedOverMax, heldRunsMax, labelsMax, repositoriesMax } from './limits.js';

export const name = z.string().regex(namePattern);

export const jobName = z.string().regex(jobNamePattern);

export const labels = z.array(z.string().regex(labelPattern)).max(labelsMax).default([]);

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
   * what a job's steps are. `rests`: that it is pinged less often while it has nothing in hand. `long`, of
   * a spectator: that an entry may be as long as a report.
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

/** Any sentence. */
export const sentence = z.object({ says: prose(1_000) });

/** Who a peer is; the token that it showed is no part of that. */
export type Hello = Omit<z.infer<typeof hello>, 'token'>;
export type HelloToSend = z.input<typeof hello>;
export type Welcome = z.infer<typeof welcome>;
export type OfferBody = z.infer<typeof offer>;
