/**
 * Owns how each question about the past is answered from the tables: by an index, never by a scan,
 * so that an answer takes as long with a million jobs as with ten. Never writes.
 */

import type { Database } from 'better-sqlite3';
import type { Commit, RunId } from '../../protocol/ids.js';
import { jobsOfCommitMax } from '../../protocol/limits.js';
import { blockBytes } from './keep.js';
import type {
  BranchesQuestion,
  BranchRow,
  CommitRow,
  CommitsQuestion,
  DurationsQuestion,
  FinishedOrNot,
  JobStory,
  JournalQuestion,
  JournalRow,
  PastQuestion,
  PastRow,
  Position,
  RunRow,
  RunsQuestion,
} from './queries.js';
import { statementsOf } from './statements.js';
import { testQuestionsOf } from './test-questions.js';
import { thenQuestionsOf } from './then-questions.js';
import { readEntry } from './upcast.js';

/** Rows in one answer, whatever `most` says; of commits with many jobs each, so many jobs. */
const rowsMax = 500;

/** Entries in a story, and of them of one job: one that is tried for weeks has thousands. */
const entriesMax = 2_000;
const entriesOfJobMax = 200;

/** After all there is. */
const end = { atMs: Number.MAX_SAFE_INTEGER, job: Number.MAX_SAFE_INTEGER, text: '\u{10ffff}' };

const commitColumns = `job.id AS job, job.repository, job.commit_id AS "commit", job.branch,
                       job.author, job.subject`;

const jobColumns = `id AS job, name, verdict, accepted_at_ms AS acceptedAtMs,
                    finished_at_ms AS finishedAtMs`;

const runColumns = `run.id AS run, repository, commit_id AS "commit", job, name, number, runner,
                    leased_at_ms AS leasedAtMs, ended_at_ms AS endedAtMs, ending, reason`;

/** `LIMIT @rows` alone would have SQLite plan the statement anew for each value: 40 µs a question. */
export const sql = {
  everywhere: `SELECT ${commitColumns}, accepted_at_ms AS atMs FROM job
               WHERE id < @job ORDER BY id DESC LIMIT @rows + 0`,
  ofRepository: `SELECT ${commitColumns}, accepted_at_ms AS atMs
                 FROM job INDEXED BY job_of_repository
                 WHERE repository IS @repository AND id < @job ORDER BY id DESC LIMIT @rows + 0`,
  // In the order of what stands first in the join: that is what a CROSS JOIN is for.
  ofBranch: `SELECT ${commitColumns}, atMs FROM (
               SELECT id AS seen, accepted_at_ms AS atMs FROM job INDEXED BY job_of_branch
               WHERE repository IS @repository AND branch = @branch
                 AND (accepted_at_ms, id) < (@atMs, @job)
               UNION ALL
               SELECT job AS seen, at_ms AS atMs FROM known_on
               WHERE repository = @repository AND branch = @branch
                 AND (at_ms, job) < (@atMs, @job)
               ORDER BY atMs DESC, seen DESC LIMIT @rows + 0
             ) CROSS JOIN job ON job.id = seen`,
  jobsOf: `SELECT ${jobColumns} FROM job INDEXED BY job_of_commit
           WHERE commit_id = @commit AND repository IS @repository ORDER BY id LIMIT @rows + 0`,
  jobs: `SELECT repository, ${jobColumns} FROM job WHERE commit_id = @commit
         ORDER BY id LIMIT @rows + 0`,
  entries: 'SELECT seq, entry FROM journal WHERE job = @job ORDER BY seq DESC LIMIT @rows + 0',
  run: `SELECT ${runColumns} FROM run JOIN job ON job.id = run.job WHERE run.id = @run`,
  runs: `SELECT ${runColumns} FROM run JOIN job ON job.id = run.job
         WHERE runner = @runner AND (leased_at_ms, run.id) < (@leasedAtMs, @run)
         ORDER BY leased_at_ms DESC, run.id DESC LIMIT @rows + 0`,
  branches: `SELECT branch.name AS onBranch, at_ms AS atMs, ${commitColumns}
             FROM branch CROSS JOIN job ON job.id = branch.job
             WHERE branch.repository = @repository AND (at_ms, branch.name) < (@atMs, @branch)
             ORDER BY at_ms DESC, branch.name DESC LIMIT @rows + 0`,
  durations: `SELECT duration_ms FROM (
                SELECT id, verdict, finished_at_ms FROM job INDEXED BY job_judged
                WHERE repository IS @repository AND name = @name
                  AND verdict IN ('passed', 'failed')
                ORDER BY finished_at_ms DESC LIMIT @rows + 0
              ) AS judged JOIN run ON run.job = judged.id AND ending = verdict
              ORDER BY finished_at_ms DESC`,
  journal: `SELECT seq, entry, job.id, repository, commit_id AS "commit", name
            FROM journal CROSS JOIN job ON job.id = journal.job
            WHERE seq > @after ORDER BY seq LIMIT @rows + 0`,
  // Of a step that printed nothing there is no log.
  runsOfJob: `SELECT job, number, log_bytes AS logBytes,
                (SELECT ifnull(sum(max(log_bytes, ${blockBytes})), 0) FROM step
                 WHERE step.run = run.id AND step.log_bytes > 0) AS stepLogBytes
              FROM run WHERE job = @job ORDER BY number DESC LIMIT @rows + 0`,
} as const;

/** A commit as it is met on the way through its jobs: with the one that was met last. */
type Met = Omit<CommitRow, 'position' | 'jobs'> & Position;

/** Prepares the statements once; answers a function for each question. */
export function questionsOf(database: Database) {
  const ask = statementsOf(database, sql);

  function commits({ repository, branch, before = end, most }: CommitsQuestion): CommitRow[] {
    const walk =
      branch !== undefined ? 'ofBranch' : repository !== undefined ? 'ofRepository' : 'everywhere';
    const { atMs, job } = before;
    // All jobs of the last one are met, so that the next page does not begin in its midst.
    const from = { atMs, job, repository, branch, rows: rowsMax + jobsOfCommitMax };
    const found = new Map<string, Met>();
    let rows = 0;
    let last = '';
    for (const row of ask[walk].iterate(from) as Iterable<Met>) {
      const key = `${row.commit} ${row.repository}`;
      const isFull = found.size === most || rows >= rowsMax;
      if (isFull && !found.has(key)) break;
      // A branch that came back to it: here is where it stood at that commit last.
      if (key === last || !found.has(key)) found.set(key, row);
      last = key;
      rows += 1;
    }
    return [...found.values()].map(withJobs);
  }

  function withJobs({ job, atMs, ...row }: Met): CommitRow {
    return { ...row, position: { atMs, job }, jobs: jobsOf(row) };
  }

  function jobsOf({ repository, commit }: Pick<Met, 'repository' | 'commit'>): FinishedOrNot[] {
    return ask.jobsOf.all({ repository, commit, rows: jobsOfCommitMax }) as FinishedOrNot[];
  }

  function story({ commit }: { readonly commit: Commit }): JobStory[] {
    const jobs = ask.jobs.all({ commit, rows: rowsMax }) as Omit<JobStory, 'entries'>[];
    let room = entriesMax;
    return jobs.map((row) => {
      const rows = Math.min(room, entriesOfJobMax);
      const entries = ask.entries.raw().all({ job: row.job, rows }) as [number, string][];
      room -= entries.length;
      return { ...row, entries: entries.reverse().map(([seq, text]) => readEntry(seq, text)) };
    });
  }

  function runsOf({ runner, before, most }: RunsQuestion): RunRow[] {
    const from = before ?? { leasedAtMs: end.atMs, run: end.text };
    return ask.runs.all({ ...from, runner, rows: Math.min(most, rowsMax) }) as RunRow[];
  }

  function run(asked: { readonly run: RunId }): RunRow[] {
    return ask.run.all(asked) as RunRow[];
  }

  function branches({ repository, before, most }: BranchesQuestion): BranchRow[] {
    const from = before ?? { atMs: end.atMs, branch: end.text };
    const rows = ask.branches.all({ ...from, repository, rows: Math.min(most, rowsMax) });
    return (rows as (Met & { readonly onBranch: string })[]).map(({ onBranch, ...row }) => ({
      branch: onBranch,
      atMs: row.atMs,
      newest: withJobs(row),
    }));
  }

  function durations({ repository, name, most }: DurationsQuestion): number[] {
    const rows = Math.min(most, rowsMax);
    return ask.durations.pluck().all({ repository, name, rows }) as number[];
  }

  function journal({ after, most }: JournalQuestion): JournalRow[] {
    const rows = ask.journal.all({ after, rows: Math.min(most, rowsMax) });
    return (rows as (JournalRow['job'] & { readonly seq: number; readonly entry: string })[]).map(
      ({ seq, entry, ...job }) => ({ seq, entry: readEntry(seq, entry), job }),
    );
  }

  function past({ before = end, most }: PastQuestion): PastRow[] {
    return commits({ before, most }).map(({ repository, commit, position, jobs }) => {
      const ends = jobs.map(({ finishedAtMs }) => finishedAtMs);
      const finishedAtMs = ends.reduce<number | null>(laterOf, 0);
      const runs = jobs.flatMap(({ job }) => ask.runsOfJob.all({ job, rows: rowsMax }));
      return {
        repository,
        commit,
        position,
        finishedAtMs,
        jobs,
        runs: runs as PastRow['runs'],
      };
    });
  }

  const others = { ...testQuestionsOf(database), ...thenQuestionsOf(database) };
  return { commits, story, run, runsOf, branches, durations, journal, past, ...others };
}

/** Null, which is never, is later than all. */
function laterOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
