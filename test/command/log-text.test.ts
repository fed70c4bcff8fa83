import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tamed } from '../../src/command/log-text.js';

function tamed(pieces: readonly Buffer[], isColoured = true): string {
  const text = new Tamed(isColoured);
  return pieces.map((piece) => text.push(piece)).join('') + text.end();
}

const log = Buffer.from(
  '\u001b[1;31mréd\u001b[0m\tok\r\n\u001b]0;title\u0007a\u001b[2Jb\u001b[?25lc\u001b(Bd\u0007\u001b[6n',
);

test('of a log a terminal sees letters and colours, and nothing that moves or answers', () => {
  expect(tamed([log])).toBe('\u001b[1;31mréd\u001b[0m\tok\r\nabcd');
  expect(tamed([log], false)).toBe('réd\tok\r\nabcd');
});

test('in whatever pieces it comes, it is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: log.length }), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), log.length];
      const pieces = at.slice(1).map((end, index) => log.subarray(at[index], end));
      expect(tamed(pieces)).toBe(tamed([log]));
    }),
  );
});
