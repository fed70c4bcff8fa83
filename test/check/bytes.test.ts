/**
 * Owns what is told of bytes that are not those that were expected: at which one they part.
 */

import { expect, test } from 'vitest';
import {
  difference,
  digits,
  type Part,
  quoted,
  sentence,
  sideBySide,
} from '../../src/command/check/bytes.js';
import { misframed } from '../../src/command/check/framing.js';
import { requests, session } from '../../src/protocol/verbs.js';

/** The sentence on what came instead of these parts; null where it is what was expected. */
function told(parts: readonly Part[], came: string): string | null {
  const found = difference(parts, Buffer.from(came));
  return found === null ? null : sentence(found);
}

test('the sentence names the byte where they part, what was expected there, and what came', () => {
  expect(told(['OK'], 'OK')).toBe(null);
  expect(told(['OK'], 'ok\n')).toBe('at byte 0: expected "OK", got "ok\\n"');
  expect(told(['pong'], 'pong\n')).toBe('at byte 4: expected nothing more, got "\\n"');
  expect(told(['pong'], 'po')).toBe('at byte 2: expected "ng", got nothing more');
  expect(told(['pong'], '')).toBe('at byte 0: expected "pong", got nothing');
});

test('where a form is expected, it is called by its name', () => {
  const register = ['register:', { says: 'a host', form: /^[^:]+/ }, ':', digits('a port')];
  expect(told(register, 'register:localhost:8900')).toBe(null);
  expect(told(register, 'register:localhost:http')).toBe('at byte 19: expected a port, got "http"');
  expect(told(register, 'register localhost 8900')).toBe(
    'at byte 8: expected ":", got " localhost 8900"',
  );
});

test('letters of two bytes count as two, and bytes that are no text are spelled', () => {
  expect(told(['größer'], 'größen')).toBe('at byte 7: expected "r", got "n"');
  expect(quoted(Buffer.from([0xff, 0x00, 0x41]))).toBe('"\\xff\\x00A"');
});

test('both sides stand below one another, with a caret where they part', () => {
  const found = difference(['pong'], Buffer.from('pong\n'));
  expect(found === null ? [] : sideBySide(found)).toEqual([
    'expected  70 6f 6e 67     pong',
    'came      70 6f 6e 67 0a  pong.',
    '                      ^^      ^',
  ]);
});

test('of a long text the bytes around the place are shown', () => {
  const found = difference(['x'.repeat(1_000)], Buffer.from(`${'x'.repeat(900)}y`));
  const [above = '', below = '', caret = ''] = found === null ? [] : sideBySide(found);
  expect(above).toMatch(/^expected {2}(78 ){15}78 {2}x{16}$/);
  expect(below).toMatch(/^came {6}(78 ){8}79 .* x{8}y {2}\(from byte 892\)$/);
  expect(below.slice(caret.indexOf('^'), caret.indexOf('^') + 2)).toBe('79');
});

const commit = 'c0ffee'.padStart(40, '0');

/** What is told of a classic request that the decoder does not take. */
function request(verb: 'results' | 'dispatch', came: string): string | null {
  const found = misframed(verb, requests[verb], Buffer.from(came), 'by the end');
  return found === null ? null : sentence(found);
}

test('a length that counts characters leaves bytes behind the body, and it is told how many', () => {
  expect(request('results', `results:${commit}:2:ö`)).toBe(null);
  expect(request('results', `results:${commit}:1:ö`)).toBe(
    'at byte 52: expected nothing more behind the body of 1 bytes, got "\\xb6"',
  );
  expect(request('results', `results:${commit}:9:OK\n`)).toBe(
    'at byte 54: expected 6 more bytes of the body, whose length says 9, got nothing more',
  );
});

test('a verb of another dialect, and an id that is none, part where they differ', () => {
  expect(request('results', `result:${commit}:2:OK`)).toContain('at byte 6: expected "s", got ":');
  expect(request('dispatch', 'dispatch:HEAD')).toBe('at byte 9: expected commit, got "HEAD"');
});

test('in a session a message without its newline is not over', () => {
  const found = misframed('pong', session.pong, Buffer.from('pong'), 'by a newline');
  expect(found === null ? null : sentence(found)).toBe(
    'at byte 4: expected a newline, got nothing more',
  );
});
