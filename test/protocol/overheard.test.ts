/** What one understands who stands between two peers, and that nothing of it is changed. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Overheard, type Piece } from '../../src/protocol/overheard.js';

const commit = '1a2b3c4d'.repeat(5);
const hello = '{"role":"runner","name":"a","version":"1","token":"very-secret"}';
const spoken = [
  `hello:${hello.length}:${hello}\n`,
  `log:0000000a-1:0:5:\n\n:!\n\n`,
  'ping\n',
  'pong\n',
].join('');

/** The bytes in pieces of these lengths; what is left comes at last. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let rest = bytes;
  for (const length of lengths) {
    pieces.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return [...pieces, rest].filter((piece) => piece.length > 0);
}

function heardOf(heard: Overheard, pieces: readonly Buffer[]): Piece[] {
  return [...pieces.flatMap((piece) => heard.hear('asks', piece)), ...heard.end('asks')];
}

test('however bytes are cut, the messages are the same, and the bytes go on unchanged', () => {
  const bytes = Buffer.from(spoken);
  const whole = heardOf(new Overheard(256), [bytes]).map(({ shown }) => shown?.head);
  expect(whole).toHaveLength(4);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (lengths) => {
      const pieces = heardOf(new Overheard(256), cut(bytes, lengths));
      expect(pieces.flatMap(({ shown }) => shown?.head ?? [])).toEqual(whole);
      expect(Buffer.concat(pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true);
    }),
  );
});

test('any garbage goes on unchanged, and is shown as a number of bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.array(fc.nat(20)), (garbage, lengths) => {
      const bytes = Buffer.from(garbage);
      const pieces = heardOf(new Overheard(256), cut(bytes, lengths));
      expect(Buffer.concat(pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true);
    }),
  );
  const [piece] = new Overheard(256).hear('asks', Buffer.from('nonsense: very secret\n'));
  expect(piece?.shown).toMatchObject({ verb: 'garbage', bytes: 22 });
  expect(piece?.shown?.head).not.toContain('secret');
});

test('no token is shown', () => {
  const heads = heardOf(new Overheard(256), [Buffer.from(`token:very-secret\n${spoken}`)]);
  expect(JSON.stringify(heads.map(({ shown }) => shown))).not.toContain('secret');
});

test('a classic message without an end is whole when its peer falls silent, and so is its answer', () => {
  const heard = new Overheard(256);
  expect(heard.hear('asks', Buffer.from(`dispatch:${commit}`))).toEqual([]);
  expect(heard.quiet('asks')).toMatchObject([{ shown: { verb: 'dispatch', fields: { commit } } }]);
  expect(heard.hear('answers', Buffer.from('OK'))).toEqual([]);
  expect(heard.quiet('answers')).toMatchObject([{ shown: { verb: 'reply', head: 'OK' } }]);
});
