/**
 * Owns fast-check's picture of the wire: any request and any session message, made from the same
 * tables as the codec, so that a new verb is covered on the day its row is written.
 */

import fc from 'fast-check';
import * as json from '../../src/protocol/bodies.js';
import { plain } from '../../src/protocol/characters.js';
import * as jobBodies from '../../src/protocol/job-bodies.js';
import { question } from '../../src/protocol/questions.js';
import type { Row } from '../../src/protocol/row.js';
import { secretRequest } from '../../src/protocol/secrets.js';
import { requests, session } from '../../src/protocol/verbs.js';
import { stepReport, stepStates } from '../../src/protocol/work.js';

type Message = { readonly verb: string; readonly [part: string]: unknown };

/** Any request that a client of ours could send. */
export function anyRequest(): fc.Arbitrary<Message> {
  return anyOf(requests);
}

/** Any message of an open session. */
export function anySessionMessage(): fc.Arbitrary<Message> {
  return anyOf(session);
}

/** Any cutting of `bytes` into pieces, single bytes among them. */
export function pieces(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 });
  const cutting = cuts.map((at) => {
    const ends = [...new Set([...at, bytes.length])].sort((a, b) => a - b);
    return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
  });
  return fc.oneof(
    { weight: 4, arbitrary: cutting },
    { weight: 1, arbitrary: fc.constant([...bytes].map((byte) => Uint8Array.of(byte))) },
  );
}

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));

const commit = fc.oneof(hex(40), hex(64));
const run = fc.tuple(hex(8), fc.nat()).map(([start, counter]) => `${start}-${counter}`);
const name = fc.stringMatching(/^[A-Za-z0-9._:@+-]{1,30}$/);
const stepBody = fc.record({
  number: fc.integer({ min: 1, max: 257 }),
  name: fc.constantFrom('build', 'test'),
  isService: fc.boolean(),
  state: fc.constantFrom(...stepStates),
  isIgnored: fc.boolean(),
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  reason: fc.constant(''),
  startedAfterMs: fc.option(fc.nat()),
  durationMs: fc.option(fc.nat()),
  logBytes: fc.maxSafeNat(),
});
const prose = fc.string({ maxLength: 60, unit: 'grapheme' }).map((text) => plain(text, 200));

const count = fc.nat({ max: 9_999 });
const tests = fc.record({
  ...{ passed: count, failed: count, skipped: count, durationMs: count },
  failures: fc.array(
    fc.record({ name: prose, message: prose, file: fc.option(prose), line: fc.constant(null) }),
    { maxLength: 3 },
  ),
  slowest: fc.array(fc.record({ name: prose, durationMs: count }), { maxLength: 3 }),
  outcomes: fc.array(fc.tuple(prose, fc.constantFrom('p', 'f', 's')), { maxLength: 3 }),
});

const fields = {
  commit,
  run,
  log: fc.oneof(
    run,
    fc.tuple(run, fc.integer({ min: 1, max: 257 })).map((parts) => parts.join('.')),
  ),
  // A beginning of one is ended by a newline only, as a branch is: see decoder.test.ts.
  revision: commit,
  'job?': fc.constant(null),
  'number?': fc.constant(null),
  'record?': fc.constant(null),
  jobs: commit,
  host: fc.constantFrom(
    'localhost',
    '10.0.0.5',
    'build-1',
    'ci.example.com',
    '::1',
    'fe80::1%eth0',
  ),
  port: fc.integer({ min: 1, max: 65_535 }),
  offset: fc.maxSafeNat(),
  sequence: fc.maxSafeNat(),
  pausable: fc.constantFrom('all', 'repository:shop', 'runner:anna:8900', 'runner:ada of lab'),
  secret: fc.stringMatching(/^[!-9;-~]{1,64}$/),
};

const description = fc.record({ branch: prose, author: prose, subject: prose });
const repository = fc.option(name);

/** Each needs the one before it. */
const jobs = fc
  .uniqueArray(fc.stringMatching(/^[A-Za-z0-9._@+=,()-]{1,30}$/), { minLength: 1, maxLength: 4 })
  .map((names) =>
    names.map((called, index) => ({
      name: called,
      labels: [],
      needs: names.slice(Math.max(0, index - 1), index),
      group: null,
    })),
  );
const handover = fc
  .tuple(description, fc.option(jobs, { nil: undefined }))
  .map(([described, planned]) => ({ ...described, ...(planned && { jobs: planned }) }));

const secretName = fc.constantFrom('token', 'deploy_key', 'a.b-c');
const secrets = fc.dictionary(secretName, fc.string({ unit: 'grapheme', maxLength: 50 }));

/** What each JSON body may hold, by its schema. */
const bodies = new Map<unknown, fc.Arbitrary<unknown>>([
  [
    json.hello,
    fc.record({
      role: fc.constantFrom('runner', 'observer', 'spectator'),
      name,
      version: prose.map((text) => text.slice(0, 40)),
      repository,
      labels: fc.array(name, { maxLength: 5 }),
      capacity: fc.integer({ min: 1, max: 256 }),
      knows: fc.array(name, { maxLength: 3 }),
      runs: fc.array(fc.record({ run, commit }), { maxLength: 4 }),
    }),
  ],
  [
    json.welcome,
    fc.record(
      {
        session: name,
        heartbeatEveryMs: fc.integer({ min: 10, max: 600_000 }),
        knows: fc.array(name, { maxLength: 3 }),
      },
      { requiredKeys: ['session', 'heartbeatEveryMs'] },
    ),
  ],
  [
    json.offer,
    fc.record({
      capacity: fc.integer({ min: 1, max: 256 }),
      labels: fc.array(name, { maxLength: 5 }),
    }),
  ],
  [stepReport, stepBody],
  [jobBodies.handover, handover],
  [
    jobBodies.assignment,
    fc
      .tuple(description, repository, fc.integer({ min: 1, max: 99 }), fc.option(secrets))
      .map(([described, ofRepository, number, given]) => ({
        ...described,
        repository: ofRepository,
        job: 'default',
        number,
        ...(given !== null && { secrets: given, withheld: { other: 'there is none' } }),
      })),
  ],
  [
    jobBodies.report,
    fc.record({
      end: fc.constantFrom(...jobBodies.suiteEnds),
      exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
      signal: fc.option(fc.constantFrom('SIGKILL', 'SIGTERM')),
      reason: prose,
      logBytes: fc.maxSafeNat(),
      durationMs: fc.nat(),
      tests: fc.option(tests, { nil: undefined }),
    }),
  ],
  [
    secretRequest,
    fc.oneof(
      fc.constant({ action: 'list' }),
      fc.record({ action: fc.constant('remove'), name: secretName, repository: name }),
      fc.record({
        action: fc.constant('set'),
        name: secretName,
        repository: name,
        branches: fc.array(fc.constantFrom('main', 'release/*'), { maxLength: 2 }),
        events: fc.constantFrom(['push'], ['push', 'tag']),
        value: prose.map((text) => `a value: ${text}\n`),
      }),
    ),
  ],
  [
    jobBodies.handback,
    fc.record({ reason: fc.constantFrom(...jobBodies.handbackReasons), detail: prose }),
  ],
  [question, fc.constantFrom({ what: 'runners' }, { what: 'queue', most: 5 })],
  [json.sentence, fc.record({ says: prose })],
  [
    json.entry,
    fc.record({
      kind: fc.constantFrom('leased', 'finished'),
      atMs: fc.nat(),
      job: fc.nat(),
      repository,
      commit,
      name: fc.constantFrom('default', 'lint'),
      runner: name,
    }),
  ],
  [
    json.event,
    fc.record({ kind: fc.constantFrom('joined', 'log'), atMs: fc.nat(), logBytes: fc.nat() }),
  ],
]);

function anyOf(table: Readonly<Record<string, Row>>): fc.Arbitrary<Message> {
  return fc.oneof(...Object.entries(table).map(([verb, row]) => anyIn(verb, row)));
}

function anyIn(verb: string, row: Row): fc.Arbitrary<Message> {
  const parts: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [field, kind] of Object.entries(row.fields)) parts[field] = fields[kind];
  if (row.body.kind !== 'none') parts['body'] = bodyOf(verb, row);
  return fc.record(parts).map((made) => ({ verb, ...made }));
}

function bodyOf(verb: string, { body }: Row): fc.Arbitrary<unknown> {
  if (body.kind === 'bytes') return fc.uint8Array({ maxLength: 3_000 }).map(asBuffer);
  if (body.kind === 'characters') {
    return fc.string({ maxLength: 500, unit: 'grapheme' }).map((text) => Buffer.from(text));
  }
  const arbitrary = body.kind === 'json' ? bodies.get(body.schema) : undefined;
  if (arbitrary === undefined) throw new Error(`no example of the body of ${verb}: add one here`);
  return arbitrary;
}

/** Buffers equal buffers in assertions; plain arrays of bytes do not. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}
