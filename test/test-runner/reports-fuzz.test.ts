import fc from 'fast-check';
import { expect, test } from 'vitest';
import { report } from '../../src/protocol/job-bodies.js';
import { planBytesMax } from '../../src/protocol/limits.js';
import { formats } from '../../src/test-runner/reports/find.js';
import { junitReader } from '../../src/test-runner/reports/junit.js';
import { reading } from '../../src/test-runner/reports/read.js';
import { Tally } from '../../src/test-runner/reports/tally.js';
import { tapReader } from '../../src/test-runner/reports/tap.js';
import { ReportError } from '../../src/test-runner/reports/test-case.js';

const readers = { junit: junitReader, tap: tapReader };

/** What a report comes to that arrives in these pieces, and what is wrong with it. */
function read(format: (typeof formats)[number], pieces: readonly Uint8Array[]) {
  const tally = new Tally();
  let trouble = '';
  try {
    const one = reading(format, readers[format](tally.take, ['/w']));
    for (const piece of pieces) one.write(piece);
    one.end();
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    trouble = error.message;
  }
  return { tests: tally.report(), trouble };
}

const xml = [
  ...['<testsuites>', '<testsuite name="s">', '<testcase name="t" classname="c.D" time="1,0.5">'],
  ...[
    '<failure message="m">',
    '<error>',
    '<skipped/>',
    '</failure>',
    '</testcase>',
    '</testsuite>',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&lt;',
    '&x;',
    '<!DOCTYPE a [',
    ']>',
    '<?xml version="1.0"?>',
  ],
];
const tap = [
  ...['ok', 'not ok', ' 1', ' - a', '\n', '\n', '    ', '  ', '# Subtest: s', '# SKIP', '# TODO x'],
  ...[
    '---',
    '...',
    'error: |-',
    "at: 'a.js:1:2'",
    'duration_ms: 1e999',
    '1..2',
    '{',
    '}',
    'Bail out!',
  ],
];
const places = [
  'at x (file:///w/a.js:1:2)',
  '\nFile "a.py", line 3',
  ' a.go:4: ',
  '\n',
  '/w/',
  ':',
  '.',
];

/** Any bytes, and what could be a report, as far as pieces of one in any order can. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .array(fc.oneof(fc.constantFrom(...xml, ...tap, ...places), fc.string({ unit: 'binary' })))
    .map((pieces) => Buffer.from(pieces.join(''))),
);

test('any bytes are read without an error, cut at any point, and always the same', () => {
  fc.assert(
    fc.property(bytes, fc.constantFrom(...formats), fc.nat(), (all, format, at) => {
      const whole = read(format, [all]);
      const cut = all.length === 0 ? 0 : at % all.length;
      // The first piece shows the encoding: a declaration comes whole.
      if (cut > 200) {
        const parts = read(format, [all.subarray(0, cut), all.subarray(cut)]);
        expect(parts.tests).toEqual(whole.tests);
      }
      read(format, [all.subarray(0, cut)]);
      const told = { end: 'failed', logBytes: 0, durationMs: 0, tests: whole.tests };
      expect(report.parse(told).tests).toEqual(whole.tests);
      expect(JSON.stringify(told).length).toBeLessThan(planBytesMax);
    }),
    { numRuns: 500 },
  );
});

test('a report that is cut tells no more tests than the whole one, and says that it is cut', () => {
  const one = '<testcase name="t"><failure message="no">a.js:1:1</failure></testcase>';
  const whole = Buffer.from(
    `<testsuites><testsuite name="s">${one.repeat(5)}</testsuite></testsuites>`,
  );
  const tests = (end: number) => read('junit', [whole.subarray(0, end)]);
  expect(tests(whole.length)).toMatchObject({ trouble: '', tests: { failed: 5 } });
  for (let end = 0; end < whole.length; end += 1) {
    const { tests: told, trouble } = tests(end);
    expect(trouble).not.toBe('');
    const counted = Math.floor(Math.max(0, end - whole.indexOf(one)) / one.length);
    expect([told.passed, told.failed]).toEqual([0, counted]);
  }
});
