/**
 * Owns what the jobs of a commit had come to when the journal ended with some entry. Pure. Of a job that
 * was tried for weeks only the newest entries are known: enough for how it ended.
 */

import type { Entry, JobId, Verdict } from '../dispatcher/core/journal.js';
import type { JobStory } from '../dispatcher/store/queries.js';

export type Finished = Entry & { readonly kind: 'finished' };

export interface JobThen {
  readonly id: JobId;
  readonly name: string;
  readonly author: string;
  readonly subject: string;
  /** Those that it was handed over on, each with when it last was; the first one first. */
  readonly branches: readonly Sighting[];
  /** Since when it was wanted: its acceptance, or the last time that it was asked for again. */
  readonly sinceMs: number;
  /** What has happened to it since then. */
  readonly life: readonly Entry[];
  /** How that ended; null while it goes on. */
  readonly ending: Finished | null;
}

export interface Sighting {
  readonly branch: string;
  readonly atMs: number;
}

/** A job as those of its entries leave it that the story holds. */
export function jobThen(story: JobStory): JobThen {
  const { job: id, name, author, subject, branch, acceptedAtMs, entries } = story;
  const again = entries.findLastIndex(({ kind }) => kind === 'rerun-asked');
  const life = entries.slice(again + 1);
  const branches = new Map([[branch, acceptedAtMs]]);
  for (const entry of entries) {
    if (entry.kind === 'known-on') branches.set(entry.branch, entry.atMs);
  }
  return {
    ...{ id, name, author, subject, life },
    branches: [...branches].map(([on, atMs]) => ({ branch: on, atMs })),
    sinceMs: entries[again]?.atMs ?? acceptedAtMs,
    ending: life.findLast((entry) => entry.kind === 'finished') ?? null,
  };
}

/** What matters most stands first. */
const byWeight = [
  ...(['failed', 'errored', 'timed-out', 'cancelled', 'superseded'] as const),
  ...(['passed', 'skipped'] as const),
] satisfies readonly Verdict[];

/** What they came to together: the worst of all; null while one goes on. */
export function verdictOf(jobs: readonly JobThen[]): Verdict | null {
  const found = jobs.map(({ ending }) => ending?.verdict ?? null);
  if (found.includes(null)) return null;
  return byWeight.find((verdict) => found.includes(verdict)) ?? null;
}
