/**
 * Owns how an entry's JSON, written by this or any earlier release, becomes an entry of today: what
 * a release did not know yet has a default, and what is damaged is noticed here.
 * Never drops what it does not know: a newer release of the same version may have added it.
 */

import * as z from 'zod';
import { commit, run } from '../../protocol/bodies.js';
import { defaultJob, handbackReasons, queueing } from '../../protocol/job-bodies.js';
import { testSummary } from '../../protocol/tests.js';
import { outcomes, stepReport, work } from '../../protocol/work.js';
import { UsageError } from '../../world/exit.js';
import { parseJson } from '../../world/files.js';
import { type Entry, verdicts } from '../core/journal.js';

/** The entry that was written as `text`. Throws `UsageError` where it is none. */
export function readEntry(seq: number, text: string): Entry {
  const { data, error } = entry.safeParse(parseJson(text));
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw new UsageError(
    `The store is damaged: entry ${seq} is none (${issue?.path.join('.')}: ${issue?.message}). ` +
      'Restore a copy, or choose --data.',
  );
}

const at = { job: z.number().int(), atMs: z.number() };
const names = z.array(z.string());
const conclusion = {
  verdict: z.enum(verdicts),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  reason: z.string(),
  logBytes: z.number(),
  durationMs: z.number(),
  steps: z.array(stepReport).exactOptional(),
};

const entry: z.ZodType<Entry> = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('accepted'),
    ...at,
    repository: z.string().nullable(),
    commit,
    // Before version 2 a commit had one job.
    name: z.string().default(defaultJob.name),
    labels: names.default(defaultJob.labels),
    needs: names.default(defaultJob.needs),
    group: z.string().nullable().default(defaultJob.group),
    // Before version 3 nobody planned more of a job.
    runsOn: outcomes.exactOptional(),
    ...queueing,
    work: work.exactOptional(),
    cloneUrl: z.string().exactOptional(),
    branch: z.string(),
    author: z.string(),
    subject: z.string(),
    by: z.string(),
  }),
  z.looseObject({
    kind: z.literal('leased'),
    ...at,
    run,
    number: z.number().int(),
    runner: z.string(),
    classic: z.boolean(),
  }),
  z.looseObject({ kind: z.literal('resumed'), ...at, run, runner: z.string() }),
  z.looseObject({
    kind: z.literal('lost'),
    ...at,
    run,
    runner: z.string(),
    reason: z.string(),
    confirmed: z.literal(false).exactOptional(),
  }),
  z.looseObject({
    kind: z.literal('handed-back'),
    ...at,
    run,
    runner: z.string(),
    reason: z.enum(handbackReasons),
    detail: z.string(),
  }),
  z.looseObject({
    kind: z.literal('known-on'),
    ...at,
    branch: z.string(),
    again: z.literal(true).exactOptional(),
  }),
  z.looseObject({ kind: z.literal('unblocked'), ...at }),
  z.looseObject({ kind: z.literal('cancel-asked'), ...at, supersededBy: commit.exactOptional() }),
  z.looseObject({ kind: z.literal('rerun-asked'), ...at }),
  z.looseObject({
    kind: z.literal('retried'),
    ...at,
    run,
    runner: z.string(),
    ...conclusion,
    verdict: z.literal('failed'),
    tests: testSummary,
  }),
  z.looseObject({
    kind: z.literal('finished'),
    ...at,
    run: run.nullable(),
    ...conclusion,
    tests: testSummary.exactOptional(),
  }),
]);
