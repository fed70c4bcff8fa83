/**
 * Owns how questions about tests are answered from the tables: by an index, and within bounds however
 * long the history is. Never writes.
 */

import type { Database } from 'better-sqlite3';
import type { RunId } from '../../protocol/ids.js';
import type { TestOutcome } from '../../protocol/tests.js';
import type {
  FailingQuestion,
  FailingRow,
  FlakyQuestion,
  FlakyRow,
  HistoryQuestion,
  HistoryRow,
} from './queries.js';
import { statementsOf } from './statements.js';

/** Rows in one answer, whatever `most` says. */
const rowsMax = 500;

/** Runs that are looked through for one test; each may have a list of thousands of its own. */
const runsMax = 200;

const end = { atMs: Number.MAX_SAFE_INTEGER, job: Number.MAX_SAFE_INTEGER, test: '\u{10ffff}' };

export const sql = {
  failing: `SELECT job.id AS job, job.repository, job.name, run, test, message, file, line
            FROM job INDEXED BY job_of_commit CROSS JOIN failed_test ON failed_test.job = job.id
            WHERE commit_id = @commit AND +job.repository IS @repository AND run = (
              SELECT run FROM test_run WHERE test_run.job = job.id ORDER BY at_ms DESC LIMIT 1)
            ORDER BY job.id, place LIMIT @rows + 0`,
  flaky: `SELECT job, flaky_test.repository, flaky_test.name, test, commit_id AS "commit",
            at_ms AS atMs, failed_on AS failedOn, passed_on AS passedOn
          FROM flaky_test INDEXED BY flaky_test_newest CROSS JOIN job ON job.id = flaky_test.job
          WHERE flaky_test.repository IS @repository AND (at_ms, job, test) < (@atMs, @job, @test)
          ORDER BY at_ms DESC, job DESC, test DESC LIMIT @rows + 0`,
  runs: `SELECT run, job, commit_id AS "commit", runner, at_ms AS atMs, list
         FROM test_run INDEXED BY test_run_of_name CROSS JOIN job ON job.id = test_run.job
         WHERE test_run.repository IS @repository AND test_run.name = @name AND at_ms < @atMs
         ORDER BY at_ms DESC LIMIT @rows + 0`,
  list: 'SELECT outcomes FROM test_list WHERE id = @list',
} as const;

type Outcomes = readonly (readonly [test: string, outcome: TestOutcome])[];

/** Prepares the statements once; answers a function for each question. */
export function testQuestionsOf(database: Database) {
  const ask = statementsOf(database, sql);

  function failing({ repository, commit, most }: FailingQuestion): FailingRow[] {
    return ask.failing.all({ repository, commit, rows: Math.min(most, rowsMax) }) as FailingRow[];
  }

  function flaky({ repository, before = end, most }: FlakyQuestion): FlakyRow[] {
    const { atMs, job, test } = before;
    const from = { repository, atMs, job, test, rows: Math.min(most, rowsMax) };
    return ask.flaky.all(from) as FlakyRow[];
  }

  function testHistory({ repository, name, test, beforeMs, most }: HistoryQuestion): HistoryRow[] {
    const from = { repository, name, atMs: beforeMs ?? end.atMs, rows: runsMax };
    const outcomes = new Map<number, TestOutcome | undefined>();
    const found: HistoryRow[] = [];
    for (const { list, ...run } of ask.runs.iterate(from) as Iterable<Listed>) {
      if (found.length >= Math.min(most, rowsMax)) break;
      // Runs that are alike share a list.
      if (!outcomes.has(list)) outcomes.set(list, outcomeIn(list, test));
      const outcome = outcomes.get(list);
      if (outcome !== undefined) found.push({ ...run, outcome });
    }
    return found;
  }

  function outcomeIn(list: number, test: string): TestOutcome | undefined {
    const outcomes = JSON.parse(ask.list.pluck().get({ list }) as string) as Outcomes;
    return outcomes.find(([name]) => name === test)?.[1];
  }

  return { failing, flaky, testHistory };
}

type Listed = Omit<HistoryRow, 'outcome'> & { readonly list: number; readonly run: RunId };
