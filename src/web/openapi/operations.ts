/**
 * Owns what the OpenAPI document says of each route: what it is for, which schema reads what it is asked
 * with, and which its answer is of. A test holds it against the routes that there are.
 */

import * as z from 'zod';
import { questions } from '../../protocol/questions.js';
import { bodies, reads } from '../api.js';
import { badgeRoute } from '../badge.js';
import { forges } from '../hooks/signature.js';
import { linesAsked, searchAsked } from '../logs/routes.js';
import { sessionBody } from '../sign-in.js';
import { wireAsked } from '../wire.js';

export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** As the route has it. */
  readonly route: string;
  readonly summary: string;
  /** What stands in its path and its query. */
  readonly asked?: z.ZodType;
  readonly body?: z.ZodType;
  readonly status?: number;
  /** The name of a schema, or a media type. */
  readonly answer: string;
  /** Anybody may. */
  readonly isOpen?: true;
}

const readSays: Readonly<Record<keyof typeof questions, string>> = {
  overview: 'What runs, what waits, what is new and what is red',
  commits: 'Commits, the newest first: of all repositories, of one, or of a branch of it',
  commit: 'A commit with its jobs, their runs and their stories',
  branches: 'The branches of a repository that moved last, each with its newest commit',
  run: 'Which job a run is of',
  runners: 'The runners and observers that are connected',
  runner: 'A runner and what it had in hand',
  queue: 'What waits, in the order in which it is to be served, and why',
};

const text = z.string();
const commit = z.object({ commit: text });
const log = z.object({ log: text });
const empty = z.object({});

const documentsRead = Object.entries(reads).map(
  ([route, what]): Operation => ({
    ...{ method: 'get', route, summary: readSays[what], asked: questions[what] },
    answer: nameOf(what),
  }),
);

const wishes: readonly Operation[] = [
  post(
    '/api/commits/:commit/rerun',
    'Tests a commit, or one of its jobs, again',
    bodies.ofCommit,
    commit,
  ),
  post('/api/commits/:commit/cancel', 'Ends what is not over of a commit', bodies.ofCommit, commit),
  post('/api/pause', 'Leases nothing new: at all, of a repository, or to a runner', bodies.ofPause),
  post('/api/resume', 'Leases again', bodies.ofPause),
  post('/api/poll', 'Makes the observers look now', bodies.none),
  {
    ...post('/api/session', 'Gives a cookie for the token', sessionBody),
    isOpen: true,
  },
  { ...post('/api/session', 'Ends it', empty), method: 'delete', isOpen: true },
];

const logs: readonly Operation[] = [
  get('/api/logs/:log/outline', 'The folds and the errors of a log', 'LogOutline', log),
  get('/api/logs/:log/lines', 'A window of its lines', 'LogLines', andLog(linesAsked.in)),
  get('/api/logs/:log/search', 'Where a text is in it', 'LogSearch', andLog(searchAsked.in)),
  get('/api/logs/:log/raw', 'Its bytes as they are; takes Range', 'text/plain', log),
];

const others: readonly Operation[] = [
  get('/api/openapi.json', 'This document', 'application/json'),
  get(
    '/events',
    'What happens, as server-sent events; Last-Event-ID, or after, goes on behind that one',
    'text/event-stream',
    z.object({ after: text.optional(), tap: z.literal('1').optional() }),
  ),
  get(
    '/api/wire',
    'The record of the wire, as far as it is in memory: a header, then the records after that one, a line each',
    'application/x-ndjson',
    wireAsked,
  ),
  get(
    '/api/wire/live',
    'The same, then what comes, as server-sent events; Last-Event-ID, or after, goes on behind that one',
    'text/event-stream',
    wireAsked,
  ),
  get('/metrics', 'For Prometheus', 'text/plain'),
  get('/cctray.xml', 'How branches stand, for tray icons', 'application/xml'),
  {
    ...get(
      badgeRoute,
      'How a branch stands, as a picture with a word; unknown to those who may not read',
      'image/svg+xml',
      z.object({ repository: text, branch: text.optional(), label: text.optional() }),
    ),
    isOpen: true,
  },
  { ...get('/healthz', 'The process lives', 'text/plain'), isOpen: true },
  { ...get('/readyz', 'It takes commits; 503 says why it does not', 'text/plain'), isOpen: true },
  ...forges.map((forge): Operation => {
    const summary = 'A webhook, signed with the secret of --hooks-secret-file: the observers look';
    return { ...post(`/hooks/${forge}`, summary, empty), status: 202, isOpen: true };
  }),
];

export const operations: readonly Operation[] = [...documentsRead, ...wishes, ...logs, ...others];

/** Of a schema, by its key. */
export function nameOf(key: string): string {
  return key.slice(0, 1).toUpperCase() + key.slice(1);
}

function get(route: string, summary: string, answer: string, asked?: z.ZodType): Operation {
  return { method: 'get', route, summary, answer, ...(asked !== undefined && { asked }) };
}

function post(route: string, summary: string, body: z.ZodType, asked?: z.ZodType): Operation {
  const wish = { method: 'post', route, summary, body, answer: 'Done' } as const;
  return { ...wish, ...(asked !== undefined && { asked }) };
}

function andLog<Shape extends z.ZodRawShape>(asked: z.ZodObject<Shape>): z.ZodType {
  return asked.extend({ log: text });
}
