/**
 * Owns the vocabulary: every verb that may cross the wire, its fields, its body, who says it.
 * Decoder, encoder, the `help` reply, docs/protocol.md and the types in messages.ts are all made
 * from these two tables; a new verb is a row here, a handler and a test.
 *
 *   message = verb *( ":" field ) [ ":" length ":" body ] LF          length counts bytes
 *
 * A connection's first message is a *request*. It is answered once and the connection closes,
 * unless it was `hello`, which turns the connection into a *session* with a vocabulary of its own.
 */

import type { z } from 'zod';
import * as json from './bodies.js';
import * as jobs from './job-bodies.js';
import {
  classicBodyBytesMax,
  jsonBytesMax,
  logChunkBytesMax,
  planBytesMax,
  secretsOfRunBytesMax,
} from './limits.js';
import { question } from './questions.js';
import type { Row } from './row.js';
import { secretRequest } from './secrets.js';
import { stepReport } from './work.js';

const none = { kind: 'none' } as const;
const bare = { fields: {}, body: none } as const;
const as = <Schema extends z.ZodType>(schema: Schema) =>
  ({ kind: 'json', bytesMax: jsonBytesMax, schema }) as const;
const large = <Schema extends z.ZodType>(schema: Schema) =>
  ({ kind: 'json', bytesMax: planBytesMax, schema }) as const;
const largest = <Schema extends z.ZodType>(schema: Schema) =>
  ({ kind: 'json', bytesMax: planBytesMax + secretsOfRunBytesMax, schema }) as const;

/** Requests: one a connection (`token` aside). All but `hello` are classic, or for people. */
export const requests = {
  help: { ...bare, from: 'anyone', to: 'dispatcher', says: 'this list' },
  token: {
    fields: { secret: 'secret' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'on a line before a request, where one is wanted',
  },
  status: {
    ...bare,
    from: 'anyone',
    to: 'dispatcher',
    says: 'runners and queue in words; to a classic peer OK',
  },
  verdict: {
    fields: { commit: 'revision', job: 'job?' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'a word: a verdict, or blocked, waiting, running',
  },
  why: {
    fields: { commit: 'revision', job: 'job?' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: "its jobs' story, and what they wait for",
  },
  log: {
    fields: { commit: 'revision', job: 'job?', run: 'number?' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'output so far, then live to its end; of that run',
  },
  wire: {
    fields: { after: 'record?' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'messages as they pass, as JSON; after that one',
  },
  ask: {
    fields: {},
    body: as(question),
    from: 'anyone',
    to: 'dispatcher',
    says: 'what "why" and "status" tell, and more, as JSON for programs; or {"error":…}',
  },
  poll: {
    ...bare,
    from: 'anyone',
    to: 'dispatcher',
    says: 'makes every observer look at its remote now; OK',
  },
  dispatch: {
    fields: { commit: 'commit' },
    body: none,
    from: 'observer',
    to: 'dispatcher',
    says: 'hands a commit over; OK once it is on disk',
  },
  cancel: {
    fields: { jobs: 'jobs' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'ends these jobs; OK once that is on disk',
    needsEnter: true,
  },
  rerun: {
    fields: { commit: 'revision', job: 'job?' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'tests it again, keeps its log; OK once on disk',
    needsEnter: true,
  },
  pause: {
    fields: { what: 'pausable' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'leases nothing new there; OK once on disk',
    needsEnter: true,
  },
  resume: {
    fields: { what: 'pausable' },
    body: none,
    from: 'anyone',
    to: 'dispatcher',
    says: 'ends that pause; OK once on disk',
    needsEnter: true,
  },
  register: {
    fields: { host: 'host', port: 'port' },
    body: none,
    from: 'runner',
    to: 'dispatcher',
    says: 'adds a classic runner, which is dialled back at that host and port; OK',
  },
  results: {
    fields: { commit: 'commit' },
    body: { kind: 'bytes', bytesMax: classicBodyBytesMax },
    from: 'runner',
    to: 'dispatcher',
    says: "a classic runner's output; OK once it is on disk",
  },
  result: {
    fields: { commit: 'commit' },
    body: { kind: 'characters', bytesMax: classicBodyBytesMax },
    from: 'runner',
    to: 'dispatcher',
    says: 'the same in the Python 3 dialect, whose length counts characters; OK',
  },
  ping: { ...bare, from: 'dispatcher', to: 'runner', says: 'are you there? pong' },
  runtest: {
    fields: { commit: 'commit' },
    body: none,
    from: 'dispatcher',
    to: 'runner',
    says: 'asks a classic runner to test a commit; OK or BUSY',
  },
  secret: {
    fields: {},
    body: large(secretRequest),
    from: 'anyone',
    to: 'dispatcher',
    says: 'for "trivet secret": keeps, removes or lists what steps name by from_secret; OK once on disk',
  },
  hello: {
    fields: {},
    body: as(json.hello),
    from: 'anyone',
    to: 'dispatcher',
    says: 'opens a session; welcome, or refused and a sentence',
  },
} as const satisfies Record<string, Row>;

/** What is said over a session, both ways. */
export const session = {
  welcome: {
    fields: {},
    body: as(json.welcome),
    from: 'dispatcher',
    to: 'anyone',
    says: 'the session is open, under this id, with this heartbeat',
  },
  refused: {
    fields: {},
    body: as(json.sentence),
    from: 'dispatcher',
    to: 'anyone',
    says: 'the session ends here, for the reason given',
  },
  ping: { ...bare, from: 'anyone', to: 'anyone', says: 'are you there? pong' },
  pong: { ...bare, from: 'anyone', to: 'anyone', says: 'I am here' },
  dispatch: {
    fields: { commit: 'commit' },
    body: large(jobs.handover),
    from: 'observer',
    to: 'dispatcher',
    says: 'hands a commit over with its branch, author, subject and jobs; accepted',
  },
  accepted: {
    fields: { commit: 'commit' },
    body: none,
    from: 'dispatcher',
    to: 'observer',
    says: 'that commit is on disk',
  },
  poll: { ...bare, from: 'dispatcher', to: 'observer', says: 'look at your repository now' },
  runtest: {
    fields: { commit: 'commit', run: 'run' },
    body: largest(jobs.assignment),
    from: 'dispatcher',
    to: 'runner',
    says: 'test that commit; the run is yours while this session lives',
  },
  log: {
    fields: { log: 'log', offset: 'offset' },
    body: { kind: 'bytes', bytesMax: logChunkBytesMax },
    from: 'runner',
    to: 'dispatcher',
    says: 'a piece of the output of a run, or of one of its steps, from that offset on',
  },
  want: {
    fields: { log: 'log', offset: 'offset' },
    body: none,
    from: 'dispatcher',
    to: 'runner',
    says: 'I have the log up to that offset: go on from there',
  },
  step: {
    fields: { run: 'run' },
    body: as(stepReport),
    from: 'runner',
    to: 'dispatcher',
    says: 'a step of the run has begun, or has ended',
  },
  results: {
    fields: { run: 'run' },
    body: large(jobs.report),
    from: 'runner',
    to: 'dispatcher',
    says: 'how the run ended; recorded, or revoked, or want',
  },
  recorded: {
    fields: { run: 'run' },
    body: none,
    from: 'dispatcher',
    to: 'runner',
    says: 'the result is on disk: forget the run',
  },
  handback: {
    fields: { run: 'run' },
    body: as(jobs.handback),
    from: 'runner',
    to: 'dispatcher',
    says: 'the run could not be had here: give it to another',
  },
  cancel: {
    fields: { run: 'run' },
    body: none,
    from: 'dispatcher',
    to: 'runner',
    says: 'end the run’s processes and report it as cancelled',
  },
  revoked: {
    fields: { run: 'run' },
    body: none,
    from: 'dispatcher',
    to: 'runner',
    says: 'the run’s lease is gone: end its processes and forget it',
  },
  offer: {
    fields: {},
    body: as(json.offer),
    from: 'runner',
    to: 'dispatcher',
    says: 'from now on I offer that capacity and these labels; what I hold I finish',
  },
  draining: {
    ...bare,
    from: 'runner',
    to: 'dispatcher',
    says: 'no further runs, please: I finish what I hold and leave',
  },
  entry: {
    fields: { seq: 'sequence' },
    // It holds what a report does, and what a hand-over asks of one job.
    body: large(json.entry),
    from: 'dispatcher',
    to: 'spectator',
    says: 'what happened to a job, under its number in the journal',
  },
  event: {
    fields: {},
    body: as(json.event),
    from: 'dispatcher',
    to: 'spectator',
    says: 'what else happens: who comes and goes, how logs grow, messages',
  },
  resync: {
    fields: { seq: 'sequence' },
    body: none,
    from: 'dispatcher',
    to: 'spectator',
    says: 'you missed events after that entry; the entries follow',
  },
} as const satisfies Record<string, Row>;
