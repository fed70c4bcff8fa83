/**
 * Owns what a newer commit does to older ones of its branch, where that is wanted: what nobody has
 * begun is over, and what is going on is asked to end. A commit that another branch has as well is
 * left alone, and so is the default branch, of which each commit counts.
 */

import type { Commit } from '../../protocol/ids.js';
import { becauseOf, giveUp } from './endings.js';
import type { Job } from './job.js';
import { askToEnd } from './leases.js';
import { supersedes } from './settings.js';
import type { Turn } from './turn.js';

/** A commit that was just accepted, as it was handed over. */
export interface Newer {
  readonly repository: string | null;
  readonly commit: Commit;
  readonly branch: string;
  /** Undefined: whoever handed it over does not know. */
  readonly isDefaultBranch: boolean | undefined;
}

export function supersedeOlder(turn: Turn, newer: Newer): void {
  const { repository, commit, branch, isDefaultBranch } = newer;
  const { jobs, settings } = turn.state;
  if (isDefaultBranch !== false || branch === '' || repository === null) return;
  if (!supersedes(settings, repository)) return;
  const older = jobs.openOn(repository, branch).filter((job) => {
    return job.commit !== commit && job.alsoOn.length === 0;
  });
  // Those that need others first: they are superseded as well, and not skipped for these.
  for (const { id } of older.sort((a, b) => b.id - a.id)) {
    supersede(turn, jobs.known(id), commit);
  }
}

function supersede(turn: Turn, job: Job, by: Commit): void {
  if (job.state.kind === 'leased') askToEnd(turn, job, by);
  else giveUp(turn, job, 'superseded', becauseOf(by));
}
