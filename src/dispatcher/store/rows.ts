/**
 * Owns how each journal entry changes the derived rows. One statement or two an entry, in the
 * same transaction as the entry itself.
 */

import type { Database } from 'better-sqlite3';
import type { RunId } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { StepReport } from '../../protocol/work.js';
import type { Conclusion, Entry } from '../core/journal.js';
import { type Statements, statementsOf } from './statements.js';

/** Prepares the statements once; answers the function that derives. */
export function deriver(database: Database): (entry: Entry) => void {
  const statements = statementsOf(database, sql);
  return (entry) => derive(statements, entry);
}

const sql = {
  accepted: `INSERT INTO job (id, repository, commit_id, name, branch, author, subject, accepted_at_ms)
             VALUES (@job, @repository, @commit, @name, @branch, @author, @subject, @atMs)`,
  // Within a millisecond a branch may come back twice.
  known: `INSERT OR IGNORE INTO known_on (repository, branch, at_ms, job)
          SELECT repository, @branch, @atMs, id FROM job
          WHERE id = @job AND repository IS NOT NULL`,
  branch: `INSERT INTO branch (repository, name, at_ms, job)
             SELECT repository, @branch, @atMs, id FROM job
             WHERE id = @job AND repository IS NOT NULL
             ON CONFLICT (repository, name) DO UPDATE SET at_ms = @atMs, job = @job`,
  leased: `INSERT INTO run (id, job, number, runner, leased_at_ms)
           VALUES (@run, @job, @number, @runner, @atMs)`,
  resumed: `UPDATE run SET ended_at_ms = NULL, ending = NULL, reason = '', runner = @runner
            WHERE id = @run`,
  interrupted: `UPDATE run SET ended_at_ms = @atMs, ending = @ending, reason = @reason
                WHERE id = @run`,
  reopened: 'UPDATE job SET verdict = NULL, finished_at_ms = NULL WHERE id = @job',
  finished: 'UPDATE job SET verdict = @verdict, finished_at_ms = @atMs WHERE id = @job',
  reported: `UPDATE run SET ended_at_ms = @atMs, ending = @verdict, exit_code = @exitCode,
               signal = @signal, reason = @reason, log_bytes = @logBytes,
               duration_ms = @durationMs
             WHERE id = @run`,
  step: `INSERT OR REPLACE INTO step (run, number, name, is_service, state, is_ignored, exit_code,
           reason, started_after_ms, duration_ms, log_bytes)
         VALUES (@run, @number, @name, @isService, @state, @isIgnored, @exitCode, @reason,
           @startedAfterMs, @durationMs, @logBytes)`,
  abandoned: `UPDATE run SET ended_at_ms = @atMs, ending = @verdict, reason = @reason
              WHERE job = @job AND ending IS NULL`,
};

function derive(statements: Statements<typeof sql>, entry: Entry): void {
  switch (entry.kind) {
    case 'accepted':
      statements.accepted.run(entry);
      if (entry.branch !== '') statements.branch.run(entry);
      break;
    case 'leased':
      statements.leased.run(entry);
      break;
    case 'resumed':
      statements.resumed.run(entry);
      break;
    case 'lost':
      statements.interrupted.run({ ...entry, ending: 'lost' });
      break;
    case 'handed-back':
      statements.interrupted.run({ ...entry, ending: 'handed-back', reason: entry.detail });
      break;
    case 'known-on':
      statements.known.run(entry);
      statements.branch.run(entry);
      break;
    case 'cancel-asked':
    case 'unblocked':
      break;
    case 'retried':
      reported(statements, entry, entry.run);
      break;
    case 'rerun-asked':
      statements.reopened.run(entry);
      break;
    case 'finished':
      statements.finished.run(entry);
      if (entry.run !== null) reported(statements, entry, entry.run);
      statements.abandoned.run(entry);
      break;
    default:
      impossible(entry);
  }
}

/** What the run's own runner said of its end. */
function reported(statements: Statements<typeof sql>, entry: Entry & Conclusion, run: RunId): void {
  // SQLite's INTEGER columns are strict: a duration with a fraction would be refused.
  statements.reported.run({ ...entry, durationMs: Math.round(entry.durationMs) });
  for (const step of entry.steps ?? []) statements.step.run(stepRow(run, step));
}

function stepRow(run: RunId, step: StepReport) {
  return {
    ...step,
    run,
    isService: Number(step.isService),
    isIgnored: Number(step.isIgnored),
    startedAfterMs: step.startedAfterMs === null ? null : Math.round(step.startedAfterMs),
    durationMs: step.durationMs === null ? null : Math.round(step.durationMs),
  };
}
