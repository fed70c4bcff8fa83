/**
 * Owns the rows of what tests came to: written in the transaction of the entry that ends their run.
 * Never reads what another job's tests came to: a test is flaky where it failed in one run and passed in
 * another of the same job, which is of one commit.
 */

import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { TestOutcome } from '../../protocol/tests.js';
import type { Tested } from '../core/events.js';
import { statementsOf } from './statements.js';

/** Earlier runs of the job that are compared; each costs a list of thousands of tests. */
const comparedMax = 5;

/** Flaky tests that one run can show: a run that shows more shows something else. */
const flakyMax = 100;

const sql = {
  list: 'INSERT OR IGNORE INTO test_list (digest, outcomes) VALUES (@digest, @outcomes)',
  run: `INSERT OR IGNORE INTO test_run
          (run, job, repository, name, runner, at_ms, passed, failed, skipped, duration_ms, slowest, list)
        SELECT run.id, job.id, repository, name, runner, @atMs, @passed, @failed, @skipped,
          @durationMs, @slowest, (SELECT id FROM test_list WHERE digest = @digest)
        FROM run JOIN job ON job.id = run.job WHERE run.id = @run`,
  failure: `INSERT OR IGNORE INTO failed_test (job, run, place, test, message, file, line)
            VALUES (@job, @run, @place, @name, @message, @file, @line)`,
  earlier: `SELECT runner, outcomes FROM test_run JOIN test_list ON test_list.id = list
            WHERE job = @job AND run != @run ORDER BY at_ms DESC LIMIT ${comparedMax}`,
  runner: 'SELECT runner FROM run WHERE id = @run',
  flaky: `INSERT OR IGNORE INTO flaky_test (job, test, repository, name, at_ms, failed_on, passed_on)
          SELECT id, @test, repository, name, @atMs, @failedOn, @passedOn FROM job WHERE id = @job`,
};

type Outcomes = readonly (readonly [test: string, outcome: TestOutcome])[];

/** Prepares the statements once; answers the function that keeps what a run's tests came to. */
export function testKeeper(database: Database): (tested: Tested) => void {
  const statements = statementsOf(database, sql);

  function flakyTests({ job, run, atMs, tests }: Tested): void {
    const others = statements.earlier.all({ job, run }) as { runner: string; outcomes: string }[];
    if (others.length === 0) return;
    const own = statements.runner.pluck().get({ run }) as string;
    const now = new Map(tests.outcomes);
    let room = flakyMax;
    for (const { runner, outcomes } of others) {
      for (const [test, before] of JSON.parse(outcomes) as Outcomes) {
        const isFlaky = [before, now.get(test)].sort().join('') === 'fp';
        if (!isFlaky || room === 0) continue;
        room -= 1;
        const [failedOn, passedOn] = before === 'f' ? [runner, own] : [own, runner];
        statements.flaky.run({ job, test, atMs, failedOn, passedOn });
      }
    }
  }

  return (tested) => {
    const { job, run, atMs, tests } = tested;
    const { passed, failed, skipped, failures, slowest } = tests;
    const outcomes = JSON.stringify(tests.outcomes);
    const digest = createHash('sha256').update(outcomes).digest('hex');
    const durationMs = Math.round(tests.durationMs);
    const counts = { passed, failed, skipped, durationMs, slowest: JSON.stringify(slowest) };
    statements.list.run({ digest, outcomes });
    statements.run.run({ run, atMs, digest, ...counts });
    for (const [place, failure] of failures.entries()) {
      statements.failure.run({ job, run, place, ...failure });
    }
    flakyTests(tested);
  };
}
