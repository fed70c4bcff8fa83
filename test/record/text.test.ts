import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../src/record/filter.js';
import type { WireRecord } from '../../src/record/record.js';
import { TextLines } from '../../src/record/text.js';

const commit = '1a2b3c4d'.repeat(5);
const message = { kind: 'message', connection: 'bob-1', bytes: 5, head: '' } as const;

const records: readonly WireRecord[] = [
  { ...message, n: 1, atUs: 0, from: 'bob', to: 'dispatcher', verb: 'hello', bytes: 1 },
  { ...message, n: 2, atUs: 900_000, from: 'dispatcher', to: 'bob', verb: 'ping' },
  { ...message, n: 3, atUs: 901_000, from: 'bob', to: 'dispatcher', verb: 'pong' },
  { ...message, n: 4, atUs: 1_800_000, from: 'dispatcher', to: 'bob', verb: 'ping' },
  { n: 5, atUs: 1_801_000, kind: 'dropped', message: 4, says: 'bob takes nothing' },
  {
    ...message,
    ...{ n: 6, atUs: 12_034_567, from: 'dispatcher', to: 'bob', verb: 'runtest' },
    ...{ commit, run: '7f3a0000-1', bytes: 214 },
  },
  {
    ...{ n: 7, atUs: 12_040_000, kind: 'change', what: 'killed', process: 'bob' },
    says: 'bob was \u001b[31mkilled\nby you',
  },
];

function printed(typed = ''): string[] {
  const parsed = parseFilter(typed);
  if ('says' in parsed) throw new Error(parsed.says);
  const lines = new TextLines(parsed.filter);
  return [...records.flatMap((record) => lines.next(record)), ...lines.flush()];
}

describe('the record as text', () => {
  test('is one line a record, with heartbeats in a row counted, and nothing that moves a cursor', () => {
    expect(printed()).toEqual([
      ' +0.000  bob → dispatcher  hello     1 byte',
      ' +0.900  ~ 3 heartbeats, until +1.800',
      ' +1.801  ! dispatcher → bob: ping is lost: bob takes nothing',
      '+12.034  dispatcher → bob  runtest   214 bytes  1a2b3c4  7f3a0000-1',
      '+12.040  * bob was �[31mkilled\\nby you',
    ]);
  });

  test('shows each heartbeat to whoever asks for them', () => {
    expect(printed('verb:pong')).toEqual([' +0.901  bob → dispatcher  pong      5 bytes']);
  });

  test('ends with the heartbeats that were held back', () => {
    const lines = new TextLines();
    expect(records.slice(0, 3).flatMap((record) => lines.next(record))).toHaveLength(1);
    expect(lines.flush()).toEqual([' +0.900  ~ 2 heartbeats, until +0.901']);
    expect(lines.flush()).toEqual([]);
  });
});
