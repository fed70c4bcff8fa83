/**
 * Owns what a journal in memory answers, as the store answers it of the one on disk.
 */

import { applied, type Job } from '../../src/dispatcher/core/job.js';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import type { InitialState } from '../../src/dispatcher/core/turn.js';
import type { Commit, RunId } from '../../src/protocol/ids.js';

/** Every job of a journal, as replaying tells it. */
export function replayed(journal: Iterable<Entry>): Map<JobId, Job> {
  const jobs = new Map<JobId, Job>();
  for (const entry of journal) jobs.set(entry.job, applied(jobs.get(entry.job), entry));
  return jobs;
}

/** The jobs of a commit, oldest first. */
export function jobsOf(journal: Iterable<Entry>, commit: Commit): Job[] {
  return [...replayed(journal).values()].filter((job) => job.commit === commit);
}

/** The entries of each job of a commit: what the shell looks up, as memory may have forgotten it. */
export function historiesOf(journal: readonly Entry[], commit: Commit): Entry[][] {
  return jobsOf(journal, commit).map(({ id }) => journal.filter(({ job }) => job === id));
}

/** The commit that a branch was seen at last. */
export function newestOn(journal: readonly Entry[], branch: string): Commit | null {
  const last = journal.findLast((entry) => 'branch' in entry && entry.branch === branch);
  return replayed(journal).get(last?.job ?? 0)?.commit ?? null;
}

/** Whether that run's result ended its job. */
export function isRecorded(journal: readonly Entry[], run: RunId): boolean {
  const ends = ['finished', 'retried'];
  return journal.some((entry) => ends.includes(entry.kind) && 'run' in entry && entry.run === run);
}

/** The entries of the jobs that are not over, and of those of the same commits. */
export function unfinished(journal: readonly Entry[]): Entry[] {
  const jobs = replayed(journal);
  const open = [...jobs.values()].filter(({ state }) => state.kind !== 'finished');
  const commits = new Set(open.map(({ commit }) => commit));
  return journal.filter(({ job }) => commits.has(jobs.get(job)?.commit ?? never));
}

const never = '' as Commit;

/** What the next core has to know of the jobs before it. */
export function remembered(
  journal: Iterable<Entry>,
): Pick<InitialState, 'nextJob' | 'repositories'> {
  const jobs = [...replayed(journal).values()];
  return {
    nextJob: jobs.length + 1,
    repositories: jobs.flatMap(({ repository }) => repository ?? []),
  };
}
