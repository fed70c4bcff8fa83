import { expect, test } from 'vitest';
import { shownReply, shownSession } from '../../src/protocol/shown.js';
import { keptOf } from '../../src/record/kept.js';
import { headBytesMax, type WireMessage } from '../../src/record/record.js';

/** As it stands in a record. */
function recorded(shown: { verb: string; head: string; bytes: number }): WireMessage {
  const { verb, head, bytes } = shown;
  const between = { from: 'ada', to: 'dispatcher', connection: 'ada#1' };
  return { n: 1, atUs: 0, kind: 'message', ...between, verb, head, bytes };
}

function aLog(text: string): WireMessage {
  const body = Buffer.from(text);
  return recorded(
    shownSession({ verb: 'log', log: '0badcafe-1' as never, offset: 0, body }, headBytesMax),
  );
}

test('a message that ends in its newline is known to the last byte', () => {
  const message = recorded(shownSession({ verb: 'pong' }, headBytesMax));
  expect(keptOf(message)).toEqual({ text: 'pong\n', says: '' });
});

test('of white space before that newline nobody knows which it was', () => {
  const { text, says } = keptOf(aLog('test 1 ok\n'));
  expect(text).toBe('log:0badcafe-1:0:10:test 1 ok');
  expect(says).toBe(', of which the last 2, white space, are not kept');
  const words = recorded(shownReply('2 waiting\n', headBytesMax));
  expect(keptOf(words).says).toBe(', of which the last, white space, is not kept');
});

test('of a long message the beginning is kept, and of what breaks the grammar nothing', () => {
  expect(keptOf(aLog('a'.repeat(900))).says).toBe(', of which the first 256 are kept');
  const garbage = recorded({ verb: 'garbage', head: '(no message of ours)', bytes: 7 });
  expect(keptOf(garbage)).toEqual({ text: '', says: ', of which none are kept' });
});
