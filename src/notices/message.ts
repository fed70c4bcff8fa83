/**
 * Owns the vocabulary of what other programs are told. A message is plain data: it may wait on disk for
 * days, and says all that its sender needs but the secrets.
 */

import * as z from 'zod';
import { verdicts } from '../dispatcher/core/journal.js';
import { commit } from '../protocol/bodies.js';

const verdict = z.enum(verdicts);

/** How one job of a commit stands: for the forge that keeps the repository. */
const status = z.object({
  kind: z.literal('status'),
  commit,
  job: z.string(),
  state: z.union([z.literal('running'), verdict]),
  /** One sentence. */
  says: z.string(),
});

/** What a commit came to, once its jobs are over: for people and for webhooks. */
const judgement = z.object({
  kind: z.literal('judgement'),
  /** The same however often it is told. */
  id: z.string(),
  atMs: z.number(),
  repository: z.string().nullable(),
  branch: z.string(),
  commit,
  author: z.string(),
  subject: z.string(),
  verdict,
  /** Of the commit before it on its branch; null where none is known. */
  before: verdict.nullable(),
  jobs: z.array(
    z.object({
      name: z.string(),
      verdict,
      /** One sentence: how it ended. */
      says: z.string(),
      durationMs: z.number(),
    }),
  ),
  /** Some of its tests that failed. */
  failing: z.array(z.object({ job: z.string(), test: z.string(), message: z.string() })),
});

/** A job's life in spans, as OTLP has them. */
const trace = z.object({ kind: z.literal('trace'), document: z.looseObject({}) });

/** As it is read from disk. */
export const message = z.discriminatedUnion('kind', [status, judgement, trace]);

export type Message = z.infer<typeof message>;
export type Status = z.infer<typeof status>;
export type Judgement = z.infer<typeof judgement>;

/** A message of the same topic that still waits is out of date; null: each counts. */
export function topicOf(told: Message): string | null {
  return told.kind === 'status' ? `${told.commit} ${told.job}` : null;
}
