/**
 * Owns the words of `why` for tests that failed: which, where, what they said; which of them are known as
 * flaky; and the runner, if there is one, on which alone things fail. Never judges: a flaky test that
 * failed is a red one.
 */

import { short } from '../../protocol/ids.js';
import type { TestFailure } from '../../protocol/tests.js';
import type { Entry, JobId } from '../core/journal.js';
import type { FlakyRow, Queries } from '../store/queries.js';

/** Of an entry, so many tests are named; the rest is counted. */
const namedMax = 10;

/** So far back it is known which tests are flaky. */
const rowsMax = 500;

/** Of so many failures that passed elsewhere a runner is suspected, if it had that share of them. */
const suspectedOfLast = 10;
const suspectedFrom = 3;
const suspectedShare = 0.8;

/** By job, what is known of its flaky tests, newest first; asked only where a test failed. */
export type Flakiness = ReadonlyMap<JobId, readonly FlakyRow[]>;

export async function flakinessOf(
  queries: Pick<Queries, 'flaky'>,
  stories: readonly (readonly Entry[])[],
): Promise<Flakiness> {
  const jobs = stories.flatMap((story) => {
    const [first] = story;
    return first?.kind === 'accepted' && story.some((entry) => failed(entry) > 0) ? first : [];
  });
  const known = new Map<string | null, readonly FlakyRow[]>();
  for (const repository of new Set(jobs.map((job) => job.repository))) {
    // The story is told without it where it cannot be had: the past is read by another thread.
    const rows = await queries.flaky({ repository, most: rowsMax }).catch(() => []);
    known.set(repository, rows);
  }
  return new Map(
    jobs.map(({ job, name, repository }) => {
      const rows = known.get(repository) ?? [];
      return [job, rows.filter((row) => row.name === name)];
    }),
  );
}

/** A line for each test that failed in the run that the entry tells of. */
export function failingTests(entry: Entry, flaky: readonly FlakyRow[]): string[] {
  const failures = 'tests' in entry ? (entry.tests?.failures ?? []) : [];
  const named = failures.slice(0, namedMax);
  const more = failed(entry) - named.length;
  return [
    ...named.map((failure) => `  ${failingTest(failure, flaky)}`),
    ...(named.length > 0 && more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** The runner that has had nearly all of the last failures that passed elsewhere; a line, or none. */
export function suspicion(flaky: readonly FlakyRow[]): string[] {
  // A run in which ten tests failed is one failure.
  const elsewhere = new Map(
    flaky.filter((row) => row.failedOn !== row.passedOn).map((row) => [row.job, row.failedOn]),
  );
  const last = [...elsewhere.values()].slice(0, suspectedOfLast);
  for (const runner of new Set(last)) {
    const count = last.filter((other) => other === runner).length;
    if (count < suspectedFrom || count < suspectedShare * last.length) continue;
    return [
      `${count} of the last ${last.length} failures that passed elsewhere were on runner ${runner}.`,
    ];
  }
  return [];
}

function failed(entry: Entry): number {
  return 'tests' in entry ? (entry.tests?.failed ?? 0) : 0;
}

function failingTest({ name, message, file, line }: TestFailure, flaky: readonly FlakyRow[]) {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  const said = message === '' ? '' : `: ${message}`;
  const before = flaky.filter(({ test }) => test === name);
  const [last] = before;
  if (last === undefined) return `${name}${place}${said}`;
  const times = before.length === 1 ? 'once' : `${before.length} times`;
  return `${name}${place}${said} (known as flaky: ${times}, last at ${short(last.commit)})`;
}
