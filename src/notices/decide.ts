/**
 * Owns what other programs are told because of an entry of the journal. Pure. The same entry leads to the
 * same messages, under the same ids, however often it is read.
 */

import { ending } from '../dispatcher/sentences.js';
import type { JobThenRow, JournalRow, Sighting } from '../dispatcher/store/queries.js';
import { branchesOf, endingOf, verdictOf } from './commit-then.js';
import type { Judgement, Status } from './message.js';
import { judged, type Standing } from './standing.js';

/** How the job of the entry stands; null where the entry changes nothing in that. */
export function statusOf({ entry, job: { commit, name } }: JournalRow): Status | null {
  const job = { kind: 'status', commit, job: name } as const;
  switch (entry.kind) {
    case 'leased': {
      const run = entry.number === 1 ? '' : ` (run ${entry.number})`;
      return { ...job, state: 'running', says: `running on ${entry.runner}${run}` };
    }
    case 'finished':
      return { ...job, state: entry.verdict, says: ending(entry) };
    default:
      return null;
  }
}

/** What is told of a commit on one of its branches. */
export interface OnBranch {
  readonly judgement: Omit<Judgement, 'failing'>;
  /** How the branch stands from now on; null: as it did. */
  readonly standing: Standing | null;
  readonly isChange: boolean;
  /** That branch is the one it was first handed over on: who hears of every commit hears of this. */
  readonly isFirst: boolean;
}

/** What is known of the commit of an entry, as that entry left it. */
export interface CommitThen {
  readonly jobs: readonly JobThenRow[];
  /** On further branches. */
  readonly later: readonly Sighting[];
}

/**
 * What the commit came to, where the entry is its last word, or brings it to a further branch.
 * `standingOn`: how a branch of its repository stood.
 */
export function judgementsOf(
  row: JournalRow,
  { jobs, later }: CommitThen,
  standingOn: (branch: string) => Standing | null,
): OnBranch[] {
  const { seq, entry } = row;
  const { repository, commit } = row.job;
  const [first] = jobs;
  const verdict = verdictOf(jobs);
  if (first === undefined || verdict === null) return [];
  const isLastWord = entry.kind === 'finished';
  if (!isLastWord && entry.kind !== 'known-on') return [];
  return branchesOf(first, later).flatMap(({ branch, atMs }, index) => {
    const isFirst = isLastWord && index === 0;
    if (!isLastWord && branch !== entry.branch) return [];
    const before = standingOn(branch);
    const { now, isChange } = judged(before, { verdict, atMs, job: first.job });
    const { author, subject } = first;
    const what = { id: `msg_${seq}_${index}_${commit}`, atMs: entry.atMs, repository, branch };
    const judgement = {
      kind: 'judgement',
      ...{ ...what, commit, author, subject, verdict },
      ...{ before: before?.verdict ?? null, jobs: jobs.flatMap(jobTold) },
    } as const;
    return { judgement, standing: now, isChange, isFirst };
  });
}

function jobTold(job: JobThenRow): Judgement['jobs'] {
  const how = endingOf(job);
  if (how === null) return [];
  const { verdict, durationMs } = how;
  return [{ name: job.name, verdict, says: ending(how), durationMs }];
}
