import { expect, test } from 'vitest';
import { shownReply, shownRequest, shownSession } from '../../src/protocol/shown.js';
import { commit } from '../support/commits.js';

const c = commit(0xc0ffee);

test('a message is shown by its fields, its size and its beginning, which is harmless', () => {
  const body = Buffer.from('\u001b[31mred\n');
  const shown = shownSession({ verb: 'log', log: '0badcafe-1' as never, offset: 0, body }, 256);
  expect(shown).toEqual({
    ...{ verb: 'log', fields: { log: '0badcafe-1', offset: 0 } },
    ...{ head: 'log:0badcafe-1:0:9:?[31mred', bytes: 29 },
  });
});

test('no character of its beginning is halved', () => {
  for (const [most, head] of [
    [3, 'aé'],
    [4, 'aé'],
    [5, 'aéö'],
  ] as const) {
    expect(shownReply('aéöü', most)).toMatchObject({ head, bytes: 7 });
  }
});

test('neither a token nor the value of a secret is in it', () => {
  const secret = 'correct-horse-battery';
  const given = shownRequest({ verb: 'token', secret }, 256);
  expect(given).toMatchObject({ fields: {}, head: 'token:…' });
  const body = { action: 'set', name: 'key', value: secret } as never;
  const kept = shownRequest({ verb: 'secret', body }, 256);
  expect(JSON.stringify([given, kept])).not.toContain(secret);
  expect(shownRequest({ verb: 'dispatch', commit: c }, 256)).toMatchObject({ bytes: 49 });
});
