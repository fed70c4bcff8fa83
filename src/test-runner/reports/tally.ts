/**
 * Owns what the tests of all reports of a run come to. Whatever they are, the result is no larger than
 * the wire takes: counts are always true, names and details are those that there is room for.
 */

import { plain } from '../../protocol/characters.js';
import {
  failuresMax,
  outcomesMax,
  slowestMax,
  type TestFailure,
  type TestOutcome,
  type TestReport,
  testFileMax,
  testMessageMax,
  testNameMax,
  testsBytesMax,
} from '../../protocol/tests.js';
import type { Failure, TestCase } from './test-case.js';

/** Which counts of two of one name: tests with parameters are often called the same. */
const rank = { s: 0, p: 1, f: 2 } as const;

const letters = { passed: 'p', failed: 'f', skipped: 's' } as const;

export class Tally {
  readonly #counts = { passed: 0, failed: 0, skipped: 0 };
  #durationMs = 0;
  readonly #failures: TestFailure[] = [];
  readonly #slowest: { readonly name: string; readonly durationMs: number }[] = [];
  readonly #outcomes = new Map<string, TestOutcome>();

  readonly take = ({ name: told, outcome, durationMs, failure }: TestCase): void => {
    const name = plain(told, testNameMax).trim() || 'a test without a name';
    this.#counts[outcome] += 1;
    this.#durationMs += durationMs;
    if (outcome === 'failed' && this.#failures.length < failuresMax) {
      this.#failures.push(failed(name, failure));
    }
    this.#time(name, durationMs);
    const before = this.#outcomes.get(name);
    const now = letters[outcome];
    if (before === undefined ? this.#outcomes.size < outcomesMax : rank[now] > rank[before]) {
      this.#outcomes.set(name, now);
    }
  };

  get tests(): number {
    const { passed, failed, skipped } = this.#counts;
    return passed + failed + skipped;
  }

  report(): TestReport {
    const durationMs = Math.min(this.#durationMs, Number.MAX_SAFE_INTEGER);
    const [failures, slowest] = [this.#failures, this.#slowest];
    const report = { ...this.#counts, durationMs, failures, slowest, outcomes: [] };
    return { ...report, outcomes: this.#outcomesWithin(testsBytesMax - bytesOf(report)) };
  }

  /** In the order of their names, so that runs that are alike tell the same; failures are kept first. */
  #outcomesWithin(bytesMax: number): TestReport['outcomes'] {
    const all = [...this.#outcomes].sort((one, other) => rank[other[1]] - rank[one[1]]);
    let room = bytesMax;
    const fitting = all.filter((one) => {
      room -= bytesOf(one) + 1;
      return room >= 0;
    });
    return fitting.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  #time(name: string, durationMs: number): void {
    if (durationMs <= (this.#slowest[slowestMax - 1]?.durationMs ?? 0)) return;
    this.#slowest.push({ name, durationMs });
    this.#slowest.sort((one, other) => other.durationMs - one.durationMs);
    this.#slowest.splice(slowestMax);
  }
}

function failed(name: string, failure: Failure | null): TestFailure {
  const { message = '', place = null } = failure ?? {};
  const file = place === null ? null : plain(place.file, testFileMax);
  return { name, message: plain(message, testMessageMax).trim(), file, line: place?.line ?? null };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
