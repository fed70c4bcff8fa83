/**
 * Owns what a run's tests came to, as JSON on the wire and in the journal: how many passed, which failed
 * and where, which took longest, and by name how each ended. Made by src/test-runner from the reports
 * that tools write. Never looks at a verdict: that is the steps' affair.
 */

import * as z from 'zod';
import { prose } from './characters.js';

/** Characters of a test's name, its suite's included; of a path; of what a failure says. */
export const testNameMax = 200;
export const testFileMax = 200;
export const testMessageMax = 400;

/** Failures with their details; what more there are is counted. */
export const failuresMax = 100;

export const slowestMax = 10;

/** Tests that are known by name: those of a large suite, each some sixty bytes. */
export const outcomesMax = 5_000;

/** All of it as JSON: with a hundred and twenty-eight steps besides, a report fits the wire. */
export const testsBytesMax = 512 * 1_024;

/** Of the failures, so many go into the journal, which all read who follow it. */
const failuresInJournalMax = 10;

const count = z.number().int().min(0).max(1_000_000_000);
const milliseconds = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const testName = prose(testNameMax);

const failure = z.object({
  name: testName,
  /** The first lines of what the tool said, as one. */
  message: prose(testMessageMax).default(''),
  /** Of the checkout, where it lies there; null where nobody says. */
  file: prose(testFileMax).nullable().default(null),
  line: z.number().int().min(1).max(10_000_000).nullable().default(null),
});

const counts = {
  passed: count,
  failed: count,
  skipped: count,
  /** What all tests took together. */
  durationMs: milliseconds,
};

/** How a test ended: passed, failed or skipped. */
const outcome = z.enum(['p', 'f', 's']);

/** What a runner reports. */
export const testReport = z.object({
  ...counts,
  failures: z.array(failure).max(failuresMax).default([]),
  /** The slowest first. */
  slowest: z
    .array(z.object({ name: testName, durationMs: milliseconds }))
    .max(slowestMax)
    .default([]),
  /** In the order of the names, each of them once. */
  outcomes: z
    .array(z.tuple([testName, outcome]))
    .max(outcomesMax)
    .default([]),
});

/** What of it the journal keeps. */
export const testSummary = z.object({ ...counts, failures: z.array(failure) });

/** The beginning of a report: what whoever follows the journal is told. */
export function summaryOf({ passed, failed, skipped, durationMs, failures }: TestReport) {
  const some = failures.slice(0, failuresInJournalMax);
  return { passed, failed, skipped, durationMs, failures: some } satisfies TestSummary;
}

export type TestOutcome = z.infer<typeof outcome>;
export type TestFailure = z.infer<typeof failure>;
export type TestReport = z.infer<typeof testReport>;
export type TestSummary = z.infer<typeof testSummary>;
