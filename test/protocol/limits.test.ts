import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeSession } from '../../src/protocol/encoder.js';
import { Held } from '../../src/protocol/held.js';
import {
  classicBodyBytesMax,
  headerBytesMax,
  jsonBytesMax,
  logChunkBytesMax,
} from '../../src/protocol/limits.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import { anySessionMessage } from '../support/arbitrary-messages.js';
import { commit } from '../support/commits.js';

const c = commit(1);

function says(text: string): string | undefined {
  const decoded = requestDecoder().first(Buffer.from(text));
  return decoded?.kind === 'fault' ? decoded.fault.says.trim() : undefined;
}

describe('a line holds 4,096 bytes', () => {
  test.each([
    ['a verb that never ends', 'x'],
    ['the beginning of a verb, then spaces', 'sta '],
    ['spaces alone', ' '],
    ['a verb that takes no field', 'status '],
    ['a field that never ends', `register:${'h'.repeat(99)}`],
    ['a field before a body', `results:${'h'.repeat(99)}`],
    ['a length before a body', `results:${c}:${'1'.repeat(99)}`],
    ['colons', ':'],
  ])('%s is a fault, in a session too', (_what, beginning) => {
    const filler = beginning.at(-1) ?? '';
    const text = beginning.padEnd(headerBytesMax, filler);
    const decoders = [requestDecoder(), sessionDecoder()];
    for (const decoder of decoders) {
      const decoded = decoder.first(Buffer.from(text));
      expect(decoded).toMatchObject({ kind: 'fault' });
      expect(decoder.heldBytes).toBe(0);
    }
  });

  test('who fills it is told the bound', () => {
    const text = 'register:'.padEnd(headerBytesMax, 'h');
    expect(says(text)).toBe('Invalid command: too long; a line holds at most 4096 bytes');
  });

  test('nothing is read, and nothing held, after a fault', () => {
    const decoder = sessionDecoder();
    expect(decoder.push(Buffer.from('boo\nping\n'))).toMatchObject([{ kind: 'fault' }]);
    expect(decoder.push(Buffer.from('ping\n'))).toEqual([]);
    expect([decoder.quiet(), decoder.end(), decoder.heldBytes]).toEqual([null, null, 0]);
  });
});

describe('A13: a length is checked before anything is made of it', () => {
  test.each([
    ['results', `results:${c}:${classicBodyBytesMax + 1}:`, `at most ${classicBodyBytesMax}`],
    ['result', `result:${c}:${classicBodyBytesMax + 1}:`, `at most ${classicBodyBytesMax}`],
    ['hello', `hello:${jsonBytesMax + 1}:`, `at most ${jsonBytesMax}`],
    ['a number beyond any', `results:${c}:999999999999999999999:`, 'at most'],
    ['a number of 31 digits', `results:${c}:${'9'.repeat(31)}:`, 'it is written'],
    ['a negative number', `results:${c}:-1:`, 'it is written'],
    ['an exponent', `results:${c}:1e3:`, 'it is written'],
    ['hexadecimal', `results:${c}:0x10:`, 'it is written'],
    ['nothing', `results:${c}::`, 'it is written'],
  ])('A13: %s', (_what, text, why) => {
    expect(says(text)).toContain(why);
  });

  test('A13: a body that was announced costs nothing until it comes', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 100 }, () => {
      const decoder = requestDecoder();
      decoder.first(Buffer.from(`results:${c}:${classicBodyBytesMax}:x`));
      decoder.first(Buffer.from('y'));
      return decoder;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    expect(decoders.every(({ heldBytes }) => heldBytes === 2)).toBe(true);
  });

  test('a log chunk holds 65,536 bytes and no more', () => {
    const most = Buffer.alloc(logChunkBytesMax, 'x');
    const log = { verb: 'log', log: '0badcafe-1', offset: 0 };
    const whole = encodeSession({ ...log, body: most } as SessionMessage);
    expect(sessionDecoder().push(whole)).toMatchObject([{ kind: 'message' }]);
    const more = encodeSession({ ...log, body: Buffer.concat([most, most]) } as SessionMessage);
    expect(sessionDecoder().push(more)).toMatchObject([{ kind: 'fault' }]);
  });

  test('a Python 3 body, which has no length in bytes, ends at the limit too', () => {
    const decoder = requestDecoder();
    decoder.first(Buffer.from(`result:${c}:1:`));
    const megabyte = Buffer.alloc(1_024 * 1_024, 'x');
    const faults = Array.from({ length: 17 }, () => decoder.first(megabyte));
    expect(faults.slice(0, 16)).toEqual(Array(16).fill(null));
    const fault = { says: 'Invalid command: the body is too long\n' };
    expect(faults[16]).toEqual({ kind: 'fault', fault });
    expect([decoder.quiet(), decoder.end(), decoder.heldBytes]).toEqual([null, null, 0]);
  });

  test('A7: a body in many segments is held once: 300,000 bytes in pieces of 1,024', () => {
    const body = Buffer.alloc(300_000, 'abc:\n');
    const decoder = requestDecoder();
    decoder.first(Buffer.from(`results:${c}:${body.length}:`));
    for (let at = 0; at < body.length - 1_024; at += 1_024) {
      expect(decoder.first(body.subarray(at, at + 1_024))).toBeNull();
    }
    const rest = body.subarray(Math.floor((body.length - 1) / 1_024) * 1_024);
    const { message } = decoder.first(rest) as unknown as { message: { body: Buffer } };
    // Not toEqual, which takes seconds to compare them number by number.
    expect(message.body.equals(body)).toBe(true);
  });
});

describe('garbage', () => {
  test('no bytes make a decoder throw, or hold more than a line', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 6_000, size: 'max' })), (all) => {
        for (const decoder of [requestDecoder(), sessionDecoder()]) {
          for (const piece of all) decoder.push(piece);
          decoder.quiet();
          expect(decoder.heldBytes).toBeLessThan(classicBodyBytesMax);
          decoder.end();
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a flipped bit makes another message or a fault, never an exception', () => {
    const flipped = fc.tuple(anySessionMessage(), fc.nat(), fc.nat({ max: 7 }));
    fc.assert(
      fc.property(flipped, ([message, at, bit]) => {
        const bytes = encodeSession(message as SessionMessage);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        const decoder = sessionDecoder();
        decoder.push(bytes);
        decoder.end();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is held', () => {
  test('is what was added, however it is added and taken', () => {
    const step = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.nat({ max: 60 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const held = new Held();
        let expected = Buffer.alloc(0);
        for (const next of steps) {
          if (typeof next === 'number') {
            const count = Math.min(next, held.length);
            expect(held.take(count)).toEqual(expected.subarray(0, count));
            expected = expected.subarray(count);
          } else {
            held.add(next);
            expected = Buffer.concat([expected, next]);
          }
          expect(held.view()).toEqual(expected);
          expect(held.first()).toBe(expected[0]);
        }
      }),
    );
  });

  test('is the packet itself, not a copy, where nothing was held before', () => {
    const packet = Buffer.alloc(10_000);
    const held = new Held();
    held.add(packet);
    expect(held.view().buffer).toBe(packet.buffer);
  });

  test('is moved only as often as its room doubles: 10,000 single bytes cost no 10,000 copies', () => {
    const held = new Held();
    let before = held.view();
    let moves = 0;
    for (let count = 0; count < 10_000; count += 1) {
      held.add(Uint8Array.of(1));
      const view = held.view();
      if (view.buffer !== before.buffer || view.byteOffset !== before.byteOffset) moves += 1;
      before = view;
    }
    expect(moves).toBeLessThan(20);
  });

  test('what was taken stays as it is while more is added', () => {
    const held = new Held();
    held.add(Buffer.from('ab'));
    held.add(Buffer.from('cd'));
    const taken = held.take(3);
    held.add(Buffer.from('efghijkl'));
    expect([taken.toString(), held.view().toString()]).toEqual(['abc', 'defghijkl']);
  });
});
