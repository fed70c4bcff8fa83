/**
 * Owns the routes of logs: what is notable in one, windows of its lines, the search, and its bytes as they
 * are. Answers come from the thread that reads logs, as bodies that are handed on.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { type LogId, parseLog } from '../../protocol/ids.js';
import { refused } from '../api.js';
import { type AboutLog, linesMax } from './indexed-log.js';
import type { Logs } from './logs.js';
import { rangeIn } from './range.js';
import { queryCharactersMax } from './search.js';

const number = z.coerce.number().int();

/** `from` counts from 1; `tail=N` is the last N lines. */
export const linesAsked = z
  .object({
    from: number.min(1).default(1),
    count: number.min(1).max(linesMax).default(400),
    tail: number.min(1).max(linesMax).optional(),
  })
  .transform(({ from, count, tail }) => {
    return tail === undefined ? { from, count } : { from: -tail, count: tail };
  });

export const searchAsked = z
  .object({ q: z.string().min(1).max(queryCharactersMax), after: number.min(0).default(0) })
  .transform(({ q, after }) => ({ query: q, after }));

export function serveLogs(app: Hono, logs: Logs): void {
  const { thread } = logs;
  app.get('/api/logs/:log/outline', (context) =>
    answered(context, logs, z.object({}), ({ log }) => thread.outline({ log })),
  );
  app.get('/api/logs/:log/lines', (context) =>
    answered(context, logs, linesAsked, ({ log, ...asked }) => thread.lines({ log, ...asked })),
  );
  app.get('/api/logs/:log/search', (context) =>
    answered(context, logs, searchAsked, ({ log, ...asked }) =>
      thread.search({ log, ...asked }, context.req.raw.signal),
    ),
  );
  app.get('/api/logs/:log/raw', (context) =>
    found(context, logs, (log, about) => raw(context, log, about)),
  );
}

async function answered<Schema extends z.ZodType<object>>(
  context: Context,
  logs: Logs,
  schema: Schema,
  ask: (asked: z.infer<Schema> & { readonly log: AboutLog }) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  const asked = schema.safeParse(context.req.query());
  if (!asked.success) {
    const [first] = asked.error.issues;
    return refused(context, 400, `${first?.path.join('.')}: ${first?.message}`);
  }
  return found(context, logs, async (_, log) => {
    const body = await ask({ ...asked.data, log });
    return context.body(body, 200, { 'Content-Type': 'application/json; charset=utf-8' });
  });
}

async function found(
  context: Context,
  logs: Logs,
  work: (log: LogId, about: AboutLog) => Promise<Response>,
): Promise<Response> {
  const log = parseLog(context.req.param('log') ?? '');
  if (log === null)
    return refused(context, 400, 'A log is named by its run, as 0badcafe-12 or 0badcafe-12.3');
  try {
    const about = await logs.about(log);
    if (about === null)
      return refused(context, 404, `There is no run of ${log}, or it is no longer kept`);
    return await work(log, about);
  } catch (error) {
    return refused(context, 503, error instanceof Error ? error.message : String(error));
  }
}

/** The bytes that there are by now, or a part of them. */
async function raw(context: Context, log: LogId, { path }: AboutLog): Promise<Response> {
  const bytes = await sizeOf(path);
  // A log only grows: of one length there is one content.
  const etag = `"${log}-${bytes}"`;
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Disposition': `attachment; filename="${log}.log"`,
    'Accept-Ranges': 'bytes',
    ETag: etag,
  };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  const condition = context.req.header('if-range') ?? etag;
  const range = condition === etag ? rangeIn(context.req.header('range'), bytes) : 'whole';
  if (range === 'none') {
    return context.body(null, 416, { ...headers, 'Content-Range': `bytes */${bytes}` });
  }
  const { first, last } = range === 'whole' ? { first: 0, last: bytes - 1 } : range;
  const isPart = range !== 'whole';
  const part = isPart ? { 'Content-Range': `bytes ${first}-${last}/${bytes}` } : {};
  const all = { ...headers, ...part, 'Content-Length': String(last - first + 1) };
  const status = isPart ? 206 : 200;
  if (last < first || context.req.method === 'HEAD') return context.body(null, status, all);
  return context.body(streamed(path, first, last), status, all);
}

/** A log of which nothing has come yet may have no file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

function streamed(path: string, start: number, end: number): ReadableStream {
  return Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream;
}
