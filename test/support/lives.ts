/**
 * Owns whole lives of jobs as entries, for tests of what the store tells of the past.
 */

import type { Entry, JobId, Verdict } from '../../src/dispatcher/core/journal.js';
import { type Commit, runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import type { StepReport } from '../../src/protocol/work.js';
import { commit as numbered } from './commits.js';

interface Life {
  readonly repository?: string | null;
  readonly commit?: Commit;
  readonly name?: string;
  readonly branch?: string;
  readonly runner?: string;
  readonly durationMs?: number;
  /** Null: it is still out with its runner. */
  readonly verdict?: Verdict | null;
  readonly atMs?: number;
  readonly logBytes?: number;
  readonly steps?: readonly StepReport[];
  /** Its only run is, and no other led to the verdict. */
  readonly isLost?: boolean;
}

/** A job that was accepted, and leased and finished in the same millisecond. */
export function life(job: JobId, given: Life = {}): Entry[] {
  const { repository = 'demo', commit = numbered(job), name = 'default', branch = 'main' } = given;
  const { runner = 'ada', durationMs = 5, verdict = 'passed', logBytes = 10 } = given;
  const { atMs = 1_700_000_000_000 + job } = given;
  const run = runId('0badcafe', job);
  const who = { branch, author: 'Ada', subject: `Change ${job}`, by: 'eve' };
  const { steps, isLost = false } = given;
  const ending = { exitCode: 0, signal: null, reason: '', logBytes, durationMs };
  const lost: Entry = { kind: 'lost', job, atMs, run, runner, reason: 'it fell silent' };
  const led = isLost ? { run: null } : { run, ...(steps !== undefined && { steps }) };
  const what = { ...defaultJob, repository, commit, name };
  const open: Entry[] = [
    { kind: 'accepted', job, atMs, ...what, ...who },
    { kind: 'leased', job, atMs, run, number: 1, runner, classic: false },
  ];
  return verdict === null
    ? open
    : [
        ...open,
        ...(isLost ? [lost] : []),
        { kind: 'finished', job, atMs, ...led, verdict, ...ending },
      ];
}
