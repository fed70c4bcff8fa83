/**
 * Owns what the jobs of a commit had come to when the journal ended with some entry. Pure.
 */

import type { Entry, Verdict } from '../dispatcher/core/journal.js';
import type { JobThenRow, Sighting } from '../dispatcher/store/queries.js';
import { states } from '../protocol/document-parts.js';

export type Finished = Entry & { readonly kind: 'finished' };

/** How the job had ended; null while it went on, or nothing was known of it yet. */
export function endingOf({ last }: JobThenRow): Finished | null {
  return last?.kind === 'finished' ? last : null;
}

/** What they had come to together: the worst of all; null while one went on. */
export function verdictOf(jobs: readonly JobThenRow[]): Verdict | null {
  const verdicts = jobs.flatMap((job) => endingOf(job)?.verdict ?? []);
  if (verdicts.length < jobs.length) return null;
  const weight = (verdict: Verdict) => states.indexOf(verdict);
  return verdicts.toSorted((one, other) => weight(one) - weight(other))[0] ?? null;
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
