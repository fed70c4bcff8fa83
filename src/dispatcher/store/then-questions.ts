/**
 * Owns how it is answered what a commit and a job had come to when the journal ended with some entry: for
 * whoever reads the journal later than it was written. By an index, and within bounds. Never writes.
 */

import type { Database } from 'better-sqlite3';
import { jobsOfCommitMax } from '../../protocol/limits.js';
import type { Entry } from '../core/journal.js';
import type { CommitThenQuestion, JobThenRow, LifeQuestion, Sighting } from './queries.js';
import { statementsOf } from './statements.js';
import { readEntry } from './upcast.js';

/** Entries of a job that was tried for weeks, whatever `most` says. */
const entriesMax = 1_000;

export const sql = {
  jobs: `SELECT id AS job, name, author, subject, branch, accepted_at_ms AS acceptedAtMs
         FROM job INDEXED BY job_of_commit
         WHERE commit_id = @commit AND repository IS @repository ORDER BY id LIMIT @rows + 0`,
  // Of a job's entries, which are few, the last by which it begins or ends.
  last: `SELECT seq, entry FROM journal WHERE job = @job AND seq <= @upTo
         AND kind IN ('accepted', 'rerun-asked', 'finished') ORDER BY seq DESC LIMIT 1`,
  sightings: `SELECT entry ->> 'branch' AS branch, at_ms AS atMs FROM journal
              WHERE job = @job AND seq <= @upTo AND kind = 'known-on' ORDER BY seq LIMIT @rows + 0`,
  life: `SELECT seq, entry FROM journal WHERE job = @job AND seq <= @upTo
         ORDER BY seq DESC LIMIT @rows + 0`,
} as const;

type Found = Omit<JobThenRow, 'last'>;
type Raw = readonly [seq: number, text: string];

/** Prepares the statements once; answers a function for each question. */
export function thenQuestionsOf(database: Database) {
  const ask = statementsOf(database, sql);

  function commitThen({ repository, commit, upTo }: CommitThenQuestion): JobThenRow[] {
    const rows = ask.jobs.all({ repository, commit, rows: jobsOfCommitMax }) as Found[];
    return rows.map((row) => ({ ...row, last: lastOf(row.job, upTo) }));
  }

  function sightings({ job, upTo, most }: LifeQuestion): Sighting[] {
    return ask.sightings.all({ job, upTo, rows: Math.min(most, entriesMax) }) as Sighting[];
  }

  function lastOf(job: number, upTo: number): Entry | null {
    const row = ask.last.raw().get({ job, upTo }) as Raw | undefined;
    return row === undefined ? null : readEntry(...row);
  }

  function life({ job, upTo, most }: LifeQuestion): Entry[] {
    const rows = ask.life.raw().all({ job, upTo, rows: Math.min(most, entriesMax) }) as Raw[];
    return rows.toReversed().map((row) => readEntry(...row));
  }

  return { commitThen, sightings, life };
}
