/**
 * The reports that a job's steps leave in a real checkout: read once the steps have ended, told below
 * their logs, and sent along with the verdict.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testMessageMax, testNameMax } from '../../src/protocol/tests.js';
import { Masks } from '../../src/test-runner/masking/masks.js';
import { collectReports } from '../../src/test-runner/reports/collect.js';
import { readInThread } from '../../src/test-runner/reports/thread.js';
import { realClock } from '../../src/world/clock.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { handClock } from '../support/hand-clock.js';
import { runnerAtWork } from '../support/runners-at-work.js';
import { workFor } from '../support/works.js';

/** What a run of one step comes to, which does that, and may fail. */
async function ran(command: string, knows = ['offer', 'steps']) {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const work = workFor(`
    steps: { test: { commands: [${JSON.stringify(command)}] } }
    reports: { junit: 'out/*.xml', tap: 'out/*.tap' }
  `);
  const run = dispatcher.runtest(commit, 'a change', work);
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  const log = dispatcher.log(run, knows.length > 0 ? 2 : 0).toString();
  return { report, log };
}

test('a red job’s reports are read, from the checkout as the steps left it', async () => {
  const failure = '<failure message=\\"no\\">at $PWD/sums.js:3:1</failure>';
  const xml = `<testsuite><testcase name='adds'>${failure}</testcase></testsuite>`;
  const { report, log } = await ran(`mkdir out; echo "${xml}" > out/a.xml; exit 1`);
  expect(report).toMatchObject({ end: 'failed', reason: 'step "test" failed' });
  expect(report.tests).toEqual({
    ...{ passed: 0, failed: 1, skipped: 0, durationMs: 0, slowest: [] },
    failures: [{ name: 'adds', message: 'no', file: 'sums.js', line: 3 }],
    outcomes: [['adds', 'f']],
  });
  expect(log).toBe('reports: 1 test in 1 report, 0.0 s, 1 failed:\n  adds (sums.js:3): no\n');
});

test.each([
  [
    'junit',
    (text: string) =>
      `<testsuite><testcase name='${text}'><failure message='${text}'/></testcase></testsuite>`,
  ],
  ['tap', (text: string) => `not ok 1 - ${text}\n  ---\n  error: ${text}\n  ...\n1..1\n`],
])(
  'a secret on which a text of a report is cut is masked as a whole: %s',
  async (format, report) => {
    const secrets = { token: 'correct-horse-battery' };
    for (const max of [testNameMax, testMessageMax, 500, 4_096]) {
      for (const before of ['a'.repeat(max - 10), `${'a'.repeat(max - 30)}\u00e4 `]) {
        const folder = temporaryFolder();
        writeFileSync(join(folder, 'it'), report(`${before}${secrets.token} and more`));
        const wanted = { junit: [], tap: [], [format]: ['it'] };
        const { tests, lines } = await collectReports(folder, wanted, folder, new Masks(secrets));
        expect(tests?.failed).toBe(1);
        expect(JSON.stringify({ tests, lines })).not.toContain('correct');
      }
    }
  },
);

test('what a run’s reports hold of its secrets is in neither its log nor its verdict', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, ['offer', 'steps']);
  const xml = `<testsuite><testcase name='${'a'.repeat(testNameMax - 10)}'"$KEY"'><failure message='${'a'.repeat(testMessageMax - 10)}'"$KEY"'/></testcase></testsuite>`;
  const work = workFor(`
    steps:
      test:
        environment: { KEY: { from_secret: token } }
        commands: [${JSON.stringify(`echo "${xml.replaceAll(`'"$KEY"'`, "$KEY'")}" > it.xml`)}]
    reports: { junit: it.xml }
  `);
  const secrets = { token: 'correct-horse-battery' };
  const run = dispatcher.runtest(commit, 'a change', work, { secrets });
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  expect(report.tests?.failed).toBe(1);
  expect(JSON.stringify(report) + dispatcher.log(run, 2)).not.toContain('correct');
});

test('a report changes no verdict: not one with failures, nor one that is damaged', async () => {
  const { report, log } = await ran(
    "mkdir out; printf 'not ok 1 - adds\\n1..9\\n' > out/a.tap; head -c 9999 /dev/urandom > out/a.xml",
  );
  expect(report).toMatchObject({ end: 'passed', reason: '', tests: { failed: 1 } });
  expect(log).toContain('reports: out/a.tap promises 9 tests and tells of 1\n');
  expect(log).toMatch(/reports: out\/a\.xml is .*\n/);
});

test('where a workflow names reports and its steps write none, the log says so', async () => {
  const { report, log } = await ran('true');
  expect(report.tests).toBeUndefined();
  expect(log).toBe('reports: no file matches out/*.xml, out/*.tap\n');
});

test('a dispatcher of an earlier release has no room for tests, and gets the lines in the log', async () => {
  const { report, log } = await ran("mkdir out; printf 'ok 1 - adds\\n1..1\\n' > out/a.tap", []);
  expect(report).toMatchObject({ end: 'passed' });
  expect(report.tests).toBeUndefined();
  expect(log).toContain('reports: 1 test in 1 report, 0.0 s\n');
});

describe('whatever a report is, it costs no more than the thread that reads it', () => {
  const order = (text: string) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.xml'), text);
    return { folder, workspace: folder, wanted: { junit: ['a.xml'], tap: [] } };
  };

  test('which is ended where it needs more memory than it is given', async () => {
    const bomb = `<testsuite><testcase><failure><![CDATA[${']]'.repeat(1_000_000)}`;
    const { tests, lines } = await readInThread(realClock, order(bomb), 60);
    expect([tests, lines]).toEqual([null, [expect.stringMatching(/could not be read: .*memory/)]]);
  });

  test('or more time', async () => {
    const clock = handClock();
    const read = readInThread(clock, order('<testsuite/>'));
    clock.pass(60_000);
    const lines = ['reports: they took longer than 40 s to be read'];
    expect(await read).toEqual({ tests: null, lines });
  });
});
