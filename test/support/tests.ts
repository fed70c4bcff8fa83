/**
 * Owns what a run's tests came to, for tests that need some of it.
 */

import type { TestOutcome, TestReport } from '../../src/protocol/tests.js';

/** A letter for each test: `{ adds: 'p' }`. */
export function testsOf(outcomes: Readonly<Record<string, TestOutcome>>): TestReport {
  const all = Object.entries(outcomes).sort(([one], [other]) => (one < other ? -1 : 1));
  const those = (letter: TestOutcome) => all.flatMap(([name, of]) => (of === letter ? name : []));
  const details = { message: 'expected 1 to be 2', file: 'sums.test.ts', line: 7 };
  return {
    passed: those('p').length,
    failed: those('f').length,
    skipped: those('s').length,
    durationMs: 12.5,
    failures: those('f').map((name) => ({ name, ...details })),
    slowest: all.slice(0, 1).map(([name]) => ({ name, durationMs: 12.5 })),
    outcomes: all,
  };
}
