import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Decoded,
  type Decoder,
  requestDecoder,
  sessionDecoder,
} from '../../src/protocol/decoder.js';
import { encodeSession } from '../../src/protocol/encoder.js';
import { runId } from '../../src/protocol/ids.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import { anySessionMessage, pieces } from '../support/arbitrary-messages.js';
import { commit, fullIds } from '../support/commits.js';
import { said, shown } from '../support/heard.js';

const c = commit(0xc0ffee);
const run = runId('0badcafe', 17);

function readAll<Message>(
  decoder: Decoder<Message>,
  all: readonly Uint8Array[],
): Decoded<Message>[] {
  return all.flatMap((piece) => decoder.push(piece));
}

describe('A5: the pieces in which bytes come mean nothing', () => {
  test('A5: `sta`, a pause, then `tus` is status', () => {
    const decoder = requestDecoder();
    expect(decoder.first(Buffer.from('sta'))).toBeNull();
    expect(decoder.quiet()).toBeNull();
    expect(decoder.first(Buffer.from('tus'))).toBeNull();
    expect(decoder.quiet()).toMatchObject({ message: { verb: 'status' } });
  });

  test('A5: a commit, a header or a body cut by a pause is waited for', () => {
    for (const text of [
      'dispatch',
      `dispatch:${c.slice(0, 39)}`,
      `results:${c}`,
      `results:${c}:1`,
      `results:${c}:5:hell`,
      `result:${c}:5:hell`,
      'register:localhost',
    ]) {
      expect([text, said('quiet', text)]).toEqual([text, 'waits for more']);
    }
  });

  test.each([
    ['sta:', 'Invalid command'],
    [':', 'Invalid command'],
    ['status:', 'Invalid command: it is written status'],
    ['dispatch:HEAD', `Invalid command: it is written dispatch:<commit>${fullIds}`],
    [`dispatch:${c}:master`, `Invalid command: it is written dispatch:<commit>${fullIds}`],
    [`dispatch:${c.slice(0, 39)}\n`, `Invalid command: it is written dispatch:<commit>${fullIds}`],
    ['register:localhost\n', 'Invalid command: it is written register:<host>:<port>'],
    [`results:${c}\n`, `Invalid command: it is written results:<commit>:<length>:<body>${fullIds}`],
  ])('what nothing further could mend is answered at the first pause: %j', (text, says) => {
    expect(said('quiet', text)).toBe(says);
  });

  test('A6: a header and its body in two segments are one message', () => {
    expect(said('quiet', `results:${c}:5:`, 'hello')).toMatchObject({ body: 'hello' });
  });

  test('A8: newlines around byte 1024, at the start and at the end of a body are kept', () => {
    const body = `\n${'x'.repeat(1_022)}\n\n${'y'.repeat(10)}\n\n`;
    expect(said('quiet', `results:${c}:${body.length}:`, body)).toMatchObject({ body });
    expect(said('quiet', `result:${c}:${body.length}:`, body)).toMatchObject({ body });
  });

  test('A9: colons in the output stay colons', () => {
    expect(said('quiet', `results:${c}:9:a:b::c\n:d`)).toMatchObject({ body: 'a:b::c\n:d' });
  });

  test('A10: a length that counts characters keeps every byte, é astride byte 1024 included', () => {
    const header = `result:${c}:600:`;
    expect(said('quiet', header, 'é'.repeat(600))).toMatchObject({ body: 'é'.repeat(600) });

    const astride = Buffer.from(`${'x'.repeat(1_023)}éz`);
    const all = [`result:${c}:1025:`, astride.subarray(0, 1_024), astride.subarray(1_024)];
    expect(said('quiet', ...all)).toMatchObject({ body: astride.toString() });
  });

  test('a Python 3 length is a minimum: the body goes on until the peer is quiet', () => {
    const decoder = requestDecoder();
    expect(decoder.first(Buffer.from(`result:${c}:4:éé`))).toBeNull();
    expect(decoder.quiet()).toBeNull();
    expect(decoder.first(Buffer.from('éé and more'))).toBeNull();
    expect(decoder.quiet()).toMatchObject({ message: { body: Buffer.from('éééé and more') } });
  });

  test('any cutting of a session gives the same messages', () => {
    const talk = fc.array(anySessionMessage(), { minLength: 1, maxLength: 4 });
    const cut = talk.chain((messages) => {
      const bytes = Buffer.concat(messages.map((said) => encodeSession(said as SessionMessage)));
      return fc.tuple(fc.constant(bytes), pieces(bytes));
    });
    fc.assert(
      fc.property(cut, ([bytes, all]) => {
        const whole = readAll(sessionDecoder(), [bytes]).map(shown);
        expect(readAll(sessionDecoder(), all).map(shown)).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test('any cutting of any bytes gives the same messages and the same fault', () => {
    const words = fc.constantFrom('status', 'dispatch:', 'hello:2:{}', 'log:', ':', '\n', c, run);
    const bytes = fc.oneof(fc.string({ maxLength: 20 }), words);
    const text = fc.array(bytes, { maxLength: 8 }).map((all) => Buffer.from(all.join('')));
    const cut = text.chain((whole) => fc.tuple(fc.constant(whole), pieces(whole)));
    const heard = (decoder: Decoder<unknown>, all: readonly Uint8Array[]) => {
      const messages = readAll(decoder, all);
      const last = decoder.end();
      return [...messages, ...(last === null ? [] : [last])].map(shown);
    };
    fc.assert(
      fc.property(cut, ([whole, all]) => {
        expect(heard(sessionDecoder(), all)).toEqual(heard(sessionDecoder(), [whole]));
        expect(heard(requestDecoder(), all)).toEqual(heard(requestDecoder(), [whole]));
      }),
      { numRuns: 500 },
    );
  });
});
