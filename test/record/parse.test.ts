import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeader, parseRecord, parseRecording } from '../../src/record/parse.js';
import { changes, lineOf, processStates, type WireRecord } from '../../src/record/record.js';
import { aBusyDay, textOf, threeDeaths } from '../support/recordings.js';

const recording = threeDeaths();
const whole = textOf(recording);

/** Changes one line of the recording; what is said of it. */
function saidOf(line: number, change: (line: string) => string): string {
  const lines = whole.split('\n').map((text, index) => (index === line - 1 ? change(text) : text));
  const parsed = parseRecording(lines.join('\n'));
  return 'says' in parsed ? parsed.says : 'nothing';
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const name = fc.string({ minLength: 1, maxLength: 20 });
const moment = { n: fc.integer({ min: 2, max: 1e9 }), atUs: fc.nat(1e12) };
const perhaps = fc.record({ commit: text, run: text }, { requiredKeys: [] });
const anyRecord: fc.Arbitrary<WireRecord> = fc.oneof(
  fc
    .record({
      ...{ ...moment, kind: fc.constant('message' as const), from: name, to: name },
      ...{ connection: text, verb: name, bytes: fc.nat(), head: text },
    })
    .chain((message) => perhaps.map((more) => ({ ...message, ...more }))),
  fc.record({ ...moment, kind: fc.constant('arrived' as const), message: fc.constant(1) }),
  fc.record({
    ...moment,
    kind: fc.constant('dropped' as const),
    message: fc.constant(1),
    says: text,
  }),
  fc.record(
    {
      ...{ ...moment, kind: fc.constant('change' as const), what: fc.constantFrom(...changes) },
      ...{ process: name, state: fc.constantFrom(...processStates), job: text, says: text },
    },
    { requiredKeys: ['n', 'atUs', 'kind', 'what', 'process', 'says'] },
  ),
);

describe('reading a recording', () => {
  test('gives what was written', () => {
    expect(parseRecording(whole)).toEqual({
      value: { ...recording, isCutShort: false, earlier: 0 },
    });
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(parseRecord(lineOf(record))).toEqual({ value: record });
      }),
    );
  });

  test('never throws, whatever a line holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        const read = parseRecord(line);
        expect('says' in read ? read.says : '').not.toBe('');
        expect(parseHeader(line)).toHaveProperty('says');
      }),
    );
  });

  test('takes what is there of one that is cut off, and says so', () => {
    const parsed = parseRecording(whole.slice(0, -20));
    expect(parsed).toEqual({
      value: {
        ...recording,
        records: recording.records.slice(0, -1),
        isCutShort: true,
        earlier: 0,
      },
    });
  });

  test('takes the last of several: a stream begins anew where its dispatcher does', () => {
    const parsed = parseRecording(`${textOf(aBusyDay(100))}${whole}`);
    expect(parsed).toEqual({ value: { ...recording, isCutShort: false, earlier: 1 } });
  });

  test('takes one that begins later, for the ring had no more', () => {
    const records = recording.records.slice(10);
    const parsed = parseRecording(textOf({ ...recording, records }));
    expect(parsed).toEqual({ value: { ...recording, records, isCutShort: false, earlier: 0 } });
  });

  test('leaves behind what a later Trivet may add', () => {
    const line = lineOf({ n: 1, atUs: 0, kind: 'arrived', message: 0 });
    const longer = line.replace('{', '{"more":{"deep":true},"__proto__":{"kind":"x"},');
    expect(parseRecord(longer)).toEqual(parseRecord(line));
    const others = ['"kind":"rumour"', '"kind":"change","what":"renamed","process":{}'];
    const lines = whole.split('\n');
    for (const [index, other] of others.entries()) {
      const n = index + 5;
      lines[n] = `{"n":${n},"atUs":0,${other}}`;
    }
    const records = recording.records.filter(({ n }) => n !== 5 && n !== 6);
    const read = parseRecording(lines.join('\n'));
    expect(read).toEqual({ value: { ...recording, records, isCutShort: false, earlier: 0 } });
  });

  test.each([
    [1, () => '', /^line 1: this is no recording of the wire: it is empty$/],
    [1, () => '{}', /^line 1: this is no recording of the wire, which begins with \{"format"/],
    [
      1,
      (line: string) => line.replace('"version":1', '"version":7'),
      /version 7, and this Trivet reads version 1$/,
    ],
    [3, () => 'hello', /^line 3: it is not JSON$/],
    [3, () => '[]', /^line 3: it is JSON, but no object$/],
    [
      3,
      () => `"${'x'.repeat(20_000)}"`,
      /^line 3: it has 20002 characters; a record has at most 16384$/,
    ],
    [
      4,
      (line: string) => line.replace('"atUs":', '"atUs":-'),
      /^line 4: "atUs" is not a whole number$/,
    ],
    [4, (line: string) => line.replace('"n":3', '"n":2'), /^line 4: "n" is 2 after 2$/],
    [
      4,
      (line: string) => line.replace(/"kind":"\w+"/, '"kind":7'),
      /^line 4: "kind" is not one of message, /,
    ],
    [4, (line: string) => line.replace('"from":', '"form":'), /^line 4: "from" is missing$/],
    [
      4,
      (line: string) => line.replace(/"head":".*"/, `"head":"${'x'.repeat(300)}"`),
      /^line 4: "head" is not text of at most 256 characters$/,
    ],
  ])(
    'line %i, when it is wrong, is named with what is wrong with it (%#)',
    (line, change, says) => {
      expect(saidOf(line, change)).toMatch(says);
    },
  );

  test('of more processes than a picture can have is refused', () => {
    const records = Array.from({ length: 1_200 }, (_, index): WireRecord => {
      const [n, process] = [index + 1, `runner-${index}`];
      return { n, atUs: 0, kind: 'change', what: 'joined', process, says: '' };
    });
    const parsed = parseRecording(textOf({ ...recording, records }));
    expect(parsed).toEqual({ says: 'line 1002: there are more than 1000 processes by now' });
  });

  test('of fifty thousand records takes no time to speak of', () => {
    const long = textOf(aBusyDay());
    const before = process.cpuUsage();
    expect(parseRecording(long)).toHaveProperty('value');
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});
