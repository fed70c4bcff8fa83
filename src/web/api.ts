/**
 * Owns the routes below /api: a document a route, and what may be changed. The table is what the OpenAPI
 * document is made from (openapi.ts). No GET changes anything.
 */

import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { parseCommit, parseJobName, parsePausable } from '../protocol/ids.js';
import { type Question, question, type questions } from '../protocol/questions.js';
import { harmless } from '../world/harmless.js';
import type { Behind, Wanted } from './behind.js';
import type { SharedAnswers } from './shared-answers.js';

/** What is asked by which path; what stands in neither path nor query is as the question has it. */
export const reads = {
  '/api/overview': 'overview',
  '/api/commits': 'commits',
  '/api/commits/:commit': 'commit',
  '/api/repositories/:repository/branches': 'branches',
  '/api/runs/:run': 'run',
  '/api/runners': 'runners',
  '/api/runners/:name': 'runner',
  '/api/queue': 'queue',
} as const satisfies Readonly<Record<string, keyof typeof questions>>;

/** No wish is longer. */
const wishBytesMax = 16_384;

const job = z
  .string()
  .refine((text) => parseJobName(text) !== null, 'not the name of a job')
  .nullable()
  .default(null);

const pausable = z.string().transform((text, context) => {
  const what = parsePausable(text);
  if (what === null) context.addIssue('all, repository:<name> or runner:<name>');
  return what ?? z.NEVER;
});

/** What a POST to each of these wants, in its body. */
export const bodies = {
  ofCommit: z.object({ job }),
  ofPause: z.object({ what: pausable }),
  none: z.object({}),
} as const;

export function serveApi(app: Hono, answers: SharedAnswers, behind: Behind): void {
  for (const [path, what] of Object.entries(reads)) {
    app.get(path, (context) => {
      const asked = question.safeParse({ ...context.req.query(), ...context.req.param(), what });
      if (!asked.success) return refused(context, 400, issueIn(asked.error));
      return answered(context, answers, asked.data);
    });
  }
  app.use('/api/*', bodyLimit({ maxSize: wishBytesMax, onError: tooLong }));
  for (const verb of ['rerun', 'cancel'] as const) {
    app.post(`/api/commits/:commit/${verb}`, (context) =>
      wished(context, behind, bodies.ofCommit, (body) => {
        const commit = parseCommit(context.req.param('commit'));
        if (commit === null) return 'A commit is named by its full id here';
        const about = { commit, job: body.job };
        return verb === 'rerun' ? { verb, ...about } : { verb, meant: about };
      }),
    );
  }
  for (const verb of ['pause', 'resume'] as const) {
    app.post(`/api/${verb}`, (context) =>
      wished(context, behind, bodies.ofPause, ({ what }) => ({ verb, what })),
    );
  }
  app.post('/api/poll', (context) =>
    wished(context, behind, bodies.none, () => ({ verb: 'poll' })),
  );
  app.all('/api/*', (context) => refused(context, 404, 'There is nothing of that name'));
}

/** One sentence as the answer. */
export function refused(
  context: Context,
  status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 503,
  says: string,
): Response {
  return context.json({ error: harmless(says) }, status);
}

async function answered(context: Context, answers: SharedAnswers, asked: Question) {
  try {
    const { bytes, etag, isRefusal } = await answers.of(asked);
    if (context.req.header('if-none-match') === etag) return context.body(null, 304, { etag });
    const headers = { 'Content-Type': 'application/json; charset=utf-8', etag };
    return context.body(bytes, isRefusal ? 404 : 200, headers);
  } catch (error) {
    return refused(context, 503, error instanceof Error ? error.message : String(error));
  }
}

async function wished<Schema extends z.ZodType>(
  context: Context,
  behind: Behind,
  schema: Schema,
  meaning: (body: z.infer<Schema>) => Wanted | string,
): Promise<Response> {
  const body = schema.safeParse(await context.req.json().catch(() => null));
  if (!body.success) return refused(context, 400, issueIn(body.error));
  const wanted = meaning(body.data);
  if (typeof wanted === 'string') return refused(context, 400, wanted);
  const { isDone, says } = await behind.want(wanted, context.var.remoteHost);
  return isDone ? context.json({ says }) : refused(context, 409, says);
}

function tooLong(context: Context): Response {
  return refused(context, 413, `At most ${wishBytesMax} bytes`);
}

function issueIn({ issues }: z.ZodError): string {
  const [first] = issues;
  const where = first?.path.join('.') ?? '';
  return `${where === '' ? 'The request' : where}: ${first?.message ?? 'not understood'}`;
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Who asks, as the system names the machine. */
    remoteHost: string;
  }
}
