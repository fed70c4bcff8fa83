/**
 * Real messages, damaged: bits flipped, cut, joined, repeated, with what an attacker would put in
 * their places. Into the decoders, and into a whole dispatcher over requests and sessions.
 * `npm run fuzz` tries a million; a failure prints its seed.
 */

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decoded, requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import { quietAfterMs } from '../../src/protocol/limits.js';
import type { Request, SessionMessage } from '../../src/protocol/messages.js';
import { answerOn } from '../../src/test-runner/classic/wire.js';
import type { Told } from '../../src/world/story.js';
import { anyRequest, anySessionMessage, pieces } from '../support/arbitrary-messages.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { handClock } from '../support/hand-clock.js';
import { memoryNetwork } from '../support/memory-network.js';

const numRuns = Number(process.env['CASES'] ?? 3_000);

/** What has no business in a message, or not so much of it. */
const poison = [
  ...['..', '../../x', '--quiet', '-', '\u0000', '\u001b[2J\u001b]0;boo\u0007', '\r', '\n', ':'],
  ...['999999999999999999999', '-1', '1e9', '0x10', '9007199254740993', '4294967296'],
  ...['{"__proto__":{"x":1}}', '['.repeat(5_000), '"', '\\u0000', 'null', '[]', 'é', '\ud800'],
  ...['hello:2:{}\n', 'ping\n', 'results:', 'token:x\n', ' '.repeat(5_000), 'x'.repeat(5_000)],
].map((text) => Buffer.from(text));

const whole = fc.oneof(
  anyRequest().map((message) => encodeRequest(message as Request)),
  anySessionMessage().map((message) => encodeSession(message as SessionMessage)),
);

type Bytes = Buffer<ArrayBufferLike>;
type Damage = (bytes: Bytes) => Bytes;

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat({ max: 7 })).map(([at, bit]) => (bytes: Bytes) => {
    const index = at % Math.max(1, bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
    return bytes;
  }),
  fc.nat().map((at) => (bytes: Bytes) => bytes.subarray(0, at % (bytes.length + 1))),
  fc.nat().map((at) => (bytes: Bytes) => bytes.subarray(at % (bytes.length + 1))),
  fc.tuple(fc.nat(), fc.constantFrom(...poison)).map(([at, evil]) => (bytes: Bytes) => {
    const index = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, index), evil, bytes.subarray(index)]);
  }),
  fc.constant((bytes: Bytes) => Buffer.concat([bytes, bytes])),
);

const damaged = fc
  .tuple(
    fc.array(whole, { minLength: 1, maxLength: 4 }),
    fc.array(damage, { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([messages, damages, hasLines]) => {
    const joined = Buffer.concat(
      messages.flatMap((m) => (hasLines ? [m, Buffer.from('\n')] : [m])),
    );
    return damages.reduce<Bytes>((bytes, harm) => harm(bytes), joined);
  });

const inPieces = damaged.chain((bytes) => pieces(bytes));

test(`${numRuns} damaged conversations leave the decoders sane, however they are cut`, () => {
  fc.assert(
    fc.property(inPieces, (all) => {
      const bytes = Buffer.concat(all);
      for (const make of [requestDecoder, sessionDecoder] as const) {
        const sliced = make();
        const found = all.flatMap((piece): Found[] => sliced.push(piece));
        const joined: Found[] = make().push(bytes);
        expect(joined.map(essence)).toEqual(found.map(essence));
        expect(found.filter(({ kind }) => kind === 'fault').length).toBeLessThanOrEqual(1);
        expect(sliced.heldBytes).toBeLessThanOrEqual(bytes.length);
        sliced.quiet();
        sliced.end();
      }
    }),
    { numRuns },
  );
});

test(`${numRuns} damaged conversations leave a dispatcher serving, and its folders clean`, async () => {
  const { network, connect } = memoryNetwork();
  const { dispatcher, folder, told } = await startDispatcher({ network });
  const hello = '{"role":"runner","name":"eve","repository":"demo","capacity":9}';
  // Two turns of the loop: one in which it is decided, one in which it is on disk and said.
  const settled = async () => {
    for (let turns = 0; turns < 2; turns += 1) await new Promise((next) => setImmediate(next));
  };

  await fc.assert(
    fc.asyncProperty(inPieces, fc.boolean(), async (all, isSession) => {
      const peer = connect();
      if (isSession) peer.says(`hello:${hello.length}:${hello}\n`);
      await settled();
      for (const piece of all) peer.says(aimed(piece, peer.heard()));
      await settled();
      peer.leaves();
      await settled();

      const honest = connect();
      honest.says(`verdict:${commit(1)}\n`);
      await settled();
      expect(honest.heard()).toBe('unknown\n');
      honest.leaves();
      const person = connect();
      person.says('status\n');
      await settled();
      expect(person.heard()).toMatch(
        /^\d+ runners?, \d+ observers?; \d+ running, \d+ waiting(?:, \d+ blocked)?\n/,
      );
      expect(person.heard()).not.toMatch(controls);
      person.leaves();
      expect(
        (told as Told[])
          .splice(0)
          .map(({ msg }) => msg)
          .join(''),
      ).not.toMatch(controls);
    }),
    { numRuns },
  );
  expect(dispatcher.remembered.counts().waiting).toBeGreaterThanOrEqual(0);
  expect(readdirSync(folder).sort()).toEqual(['data', 'data.key', 'results']);
  for (const name of readdirSync(`${folder}/results`)) expect(name).toMatch(/^[0-9a-f]{40,64}$/);
});

test(`${numRuns} damaged conversations are answered once at most by a runner's port`, () => {
  const { network, connect } = memoryNetwork();
  const commits: string[] = [];
  const asked = {
    pinged: () => {},
    runtest: (asked: string) => {
      commits.push(asked);
      return 'OK';
    },
  };
  const clock = handClock();
  void network.listen({ host: 'localhost', port: 0 }, (connection) =>
    answerOn({ clock, network }, connection, asked),
  );
  fc.assert(
    fc.property(inPieces, (all) => {
      const peer = connect();
      for (const piece of all) peer.says(piece);
      clock.pass(quietAfterMs);
      peer.leaves();
      expect(peer.heard()).toMatch(/^(?:OK|pong|Invalid command[^\n]*\n?)?$/);
    }),
    { numRuns },
  );
  for (const one of commits) expect(one).toMatch(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
});

/** The same bytes, about the run that this peer was given last, if any. */
function aimed(bytes: Uint8Array, heard: string): Uint8Array {
  const run = heard
    .match(/runtest:[0-9a-f]+:([0-9a-f]{8}-[0-9]+)/g)
    ?.at(-1)
    ?.split(':')[2];
  if (run === undefined) return bytes;
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replace(/[0-9a-f]{8}-[0-9]+/g, run), 'latin1');
}

type Found = Decoded<unknown>;

/** All but whether a body's newline has come yet, which nobody asks. */
function essence(decoded: Found): unknown {
  return decoded.kind === 'fault' ? decoded.fault.says : decoded.message;
}

/** What a terminal would obey, a newline aside. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
