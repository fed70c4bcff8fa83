/**
 * Owns whole lives of jobs as entries, for tests of what the store tells of the past.
 */

import type { Entry, JobId, Verdict } from '../../src/dispatcher/core/journal.js';
import { type Commit, runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
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
}

/** A job that was accepted, and leased and finished in the same millisecond. */
export function life(job: JobId, given: Life = {}): Entry[] {
  const { repository = 'demo', commit = numbered(job), name = 'default', branch = 'main' } = given;
  const { runner = 'ada', durationMs = 5, verdict = 'passed', logBytes = 10 } = given;
  const { atMs = 1_700_000_000_000 + job } = given;
  const run = runId('0badcafe', job);
  const who = { branch, author: 'Ada', subject: `Change ${job}`, by: 'eve' };
  const ending = { exitCode: 0, signal: null, reason: '', logBytes, durationMs };
  const what = { ...defaultJob, repository, commit, name };
  const open: Entry[] = [
    { kind: 'accepted', job, atMs, ...what, ...who },
    { kind: 'leased', job, atMs, run, number: 1, runner, classic: false },
  ];
  return verdict === null
    ? open
    : [...open, { kind: 'finished', job, atMs, run, verdict, ...ending }];
}
