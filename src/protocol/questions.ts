/**
 * Owns what people and programs may ask of the dispatcher as JSON: over the wire by `ask`, over HTTP
 * below `/api`. What comes back is in documents.ts. Never says how it is found.
 */

import * as z from 'zod';
import { namePattern, parseRevision, parseRun, peerNamePattern } from './ids.js';

/** Rows in one answer. */
export const rowsMax = 200;

const most = z.coerce.number().int().min(1).max(rowsMax);

const repository = z.string().regex(namePattern, 'not the name of a repository');

const branch = z.string().min(1).max(255);

/** Where the last answer ended: its `next`. */
const cursor = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/, 'not the "next" of an answer')
  .transform((text) => {
    const [atMs = 0, job = 0] = text.split('-').map(Number);
    return { atMs, job };
  });

/** A commit, or the beginning of its id. */
const revision = z.string().transform((text, context) => {
  const parsed = parseRevision(text);
  if (parsed === null) context.addIssue('not a commit id or its beginning, from four digits on');
  return parsed ?? z.NEVER;
});

const run = z.string().transform((text, context) => {
  const parsed = parseRun(text);
  if (parsed === null) context.addIssue('not a run id');
  return parsed ?? z.NEVER;
});

/** Each with what it is asked with; HTTP has them in the path and the query. */
export const questions = {
  /** What runs, what waits, what is new, what is red: one screen. */
  overview: z.object({ most: most.default(12) }),
  commits: z.object({
    repository: repository.optional(),
    branch: branch.optional(),
    before: cursor.optional(),
    most: most.default(30),
  }),
  branches: z.object({ repository, most: most.default(50) }),
  commit: z.object({ commit: revision }),
  /** Which job a run is of: a page about a log begins with that. */
  run: z.object({ run }),
  runners: z.object({}),
  runner: z.object({ name: z.string().regex(peerNamePattern), most: most.default(50) }),
  queue: z.object({ most: most.default(100) }),
} as const;

type Kind = keyof typeof questions;

/** What travels in `ask`. */
export const question = z.discriminatedUnion('what', [
  questions.overview.extend({ what: z.literal('overview') }),
  questions.commits.extend({ what: z.literal('commits') }),
  questions.branches.extend({ what: z.literal('branches') }),
  questions.commit.extend({ what: z.literal('commit') }),
  questions.run.extend({ what: z.literal('run') }),
  questions.runners.extend({ what: z.literal('runners') }),
  questions.runner.extend({ what: z.literal('runner') }),
  questions.queue.extend({ what: z.literal('queue') }),
]);

export type Question = z.infer<typeof question>;
export type QuestionOf<What extends Kind> = Extract<Question, { what: What }>;
