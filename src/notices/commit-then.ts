/**
 * Owns what the jobs of a commit had come to when the journal ended with some entry. Pure.
 */

import type { Entry, Verdict } from '../dispatcher/core/journal.js';
import type { JobThenRow, Sighting } from '../dispatcher/store/queries.js';

export type Finished = Entry & { readonly kind: 'finished' };

/** How the job had ended; null while it went on, or nothing was known of it yet. */
export function endingOf({ last }: JobThenRow): Finished | null {
  return last?.kind === 'finished' ? last : null;
}

/**
 * What matters most stands first. One that was skipped, as a job for failures is where all passed, takes
 * nothing from the others.
 */
const byWeight = [
  ...(['failed', 'errored', 'timed-out', 'cancelled', 'superseded'] as const),
  ...(['passed', 'skipped'] as const),
] satisfies readonly Verdict[];

/** What they had come to together: the worst of all; null while one went on. */
export function verdictOf(jobs: readonly JobThenRow[]): Verdict | null {
  const found = jobs.map((job) => endingOf(job)?.verdict ?? null);
  if (found.includes(null)) return null;
  return byWeight.find((verdict) => found.includes(verdict)) ?? null;
}

/** The branches of a job's commit, each with when it was last handed over on it; the first one first. */
export function branchesOf(
  { branch, acceptedAtMs }: JobThenRow,
  later: readonly Sighting[],
): Sighting[] {
  const branches = new Map([[branch, acceptedAtMs]]);
  for (const { branch: on, atMs } of later) branches.set(on, atMs);
  return [...branches].map(([on, atMs]) => ({ branch: on, atMs }));
}
