/**
 * Owns the removal of commits from the tables: all of a commit in one repository, or nothing of it.
 * Never decides how old is old (keep.ts). Invariants, checked in the transaction that removes:
 * no job that is not over goes; of each branch the newest commit that is over stays; and so does the
 * job with the highest id, so that no id is ever given twice.
 */

import type { Database } from 'better-sqlite3';
import type { Commit } from '../../protocol/ids.js';
import { handedOverMax } from '../../protocol/limits.js';
import { statementsOf } from './statements.js';

/** A commit as one repository has it. */
export interface OfRepository {
  readonly repository: string | null;
  readonly commit: Commit;
}

export interface Removal {
  isRemovable(which: OfRepository): boolean;
  /** The other repositories that have that commit. */
  others(which: OfRepository): readonly OfRepository['repository'][];
  /** Answers how many were; those that are not removable stay. */
  remove(which: readonly OfRepository[]): number;
}

/**
 * So many removed commits of each repository are remembered: an observer asks of those that it handed
 * over lately whether they are here, and would hand them over again. There may be twenty of them.
 */
const rememberedMax = 20 * handedOverMax;

/** The plus keeps SQLite from going through all jobs of the repository instead. */
const itsJobs = 'commit_id = @commit AND +job.repository IS @repository';

export const sql = {
  mustStay: `SELECT 1 FROM job
             WHERE ${itsJobs} AND (verdict IS NULL OR id = (SELECT max(id) FROM job)) LIMIT 1`,
  others: `SELECT DISTINCT repository FROM job INDEXED BY job_of_commit
           WHERE commit_id = @commit AND +job.repository IS NOT @repository`,
  seen: `SELECT branch, max(atMs) AS atMs, max(job) AS job FROM (
           SELECT branch, accepted_at_ms AS atMs, id AS job FROM job
           WHERE ${itsJobs} AND branch != ''
           UNION ALL
           SELECT known_on.branch, at_ms AS atMs, job FROM job
           JOIN known_on ON known_on.job = job.id WHERE ${itsJobs}
         ) GROUP BY branch`,
  hasLater: `SELECT 1 FROM (
               SELECT id AS later FROM job INDEXED BY job_of_branch
               WHERE repository = @repository AND branch = @branch
                 AND (accepted_at_ms, id) > (@atMs, @job)
               UNION ALL
               SELECT job AS later FROM known_on
               WHERE repository = @repository AND branch = @branch AND (at_ms, job) > (@atMs, @job)
             ) CROSS JOIN job AS other ON other.id = later
             WHERE other.commit_id != @commit AND NOT EXISTS (
               SELECT 1 FROM job AS open
               WHERE open.commit_id = other.commit_id AND +open.repository IS other.repository
                 AND open.verdict IS NULL)
             LIMIT 1`,
  remember: `INSERT OR REPLACE INTO removed (commit_id, repository, job)
             SELECT @commit, ifnull(@repository, ''), max(id) FROM job WHERE ${itsJobs}`,
  forget: `DELETE FROM removed WHERE repository = ifnull(@repository, '') AND job <= (
             SELECT job FROM removed WHERE repository = ifnull(@repository, '')
             ORDER BY job DESC LIMIT 1 OFFSET ${rememberedMax})`,
  journal: `DELETE FROM journal WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  steps: `DELETE FROM step WHERE run IN (
            SELECT run.id FROM run JOIN job ON job.id = run.job WHERE ${itsJobs})`,
  // Those that no other run shares; the results that name them go next.
  lists: `DELETE FROM test_list
          WHERE id IN (SELECT list FROM test_run WHERE job IN (SELECT id FROM job WHERE ${itsJobs}))
            AND NOT EXISTS (
              SELECT 1 FROM test_run WHERE list = test_list.id
                AND job NOT IN (SELECT id FROM job WHERE ${itsJobs}))`,
  tests: `DELETE FROM test_run WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  failures: `DELETE FROM failed_test WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  flaky: `DELETE FROM flaky_test WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  runs: `DELETE FROM run WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  branches: `DELETE FROM known_on WHERE job IN (SELECT id FROM job WHERE ${itsJobs})`,
  jobs: `DELETE FROM job WHERE ${itsJobs}`,
} as const;

/** In this order: what is told of a job is found through its row. */
const parts = [
  ...(['remember', 'journal', 'lists', 'tests', 'failures', 'flaky'] as const),
  ...(['steps', 'runs', 'branches', 'jobs'] as const),
];

/** Prepares the statements once. */
export function removalFrom(database: Database): Removal {
  const run = statementsOf(database, sql);

  function isRemovable(which: OfRepository): boolean {
    if (run.mustStay.get(which) !== undefined) return false;
    if (which.repository === null) return true;
    const seen = run.seen.all(which) as { branch: string; atMs: number; job: number }[];
    return seen.every((where) => run.hasLater.get({ ...which, ...where }) !== undefined);
  }

  function others(which: OfRepository): OfRepository['repository'][] {
    const rows = run.others.all(which) as OfRepository[];
    return rows.map(({ repository }) => repository);
  }

  const remove = database.transaction((which: readonly OfRepository[]) => {
    const removable = which.filter(isRemovable);
    for (const one of removable) {
      for (const part of parts) run[part].run(one);
    }
    for (const repository of new Set(removable.map((one) => one.repository))) {
      run.forget.run({ repository });
    }
    return removable.length;
  });

  return { isRemovable, others, remove: (which) => remove.immediate(which) };
}
