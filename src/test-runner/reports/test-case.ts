/**
 * Owns what a reader of reports finds, whatever their format: one test after the other. Never more of
 * a report in memory than the test that is being read.
 */

export interface TestCase {
  /** With its suite's: `sum.test.ts > adds`. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** Of one that failed. */
  readonly failure: Failure | null;
}

export interface Failure {
  readonly message: string;
  /** As the report has it: absolute, or from somewhere in the checkout. */
  readonly place: Place | null;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A text without the secrets of the run: of one that is cut before, half would be left. */
export type Mask = (text: string) => string;

/** Reads one report, in pieces. */
export interface Reader {
  /** Throws `ReportError` where it is no use to go on. */
  write(text: string): void;
  /** That was all. Throws `ReportError` where it cannot have been. */
  end(): void;
}

/** What is wrong with a report, as half a sentence: "ends too early". What was read of it counts. */
export class ReportError extends Error {}
