/**
 * Owns how the files of logs are called, and what readers keep beside them. A file is named by the job that
 * it belongs to, never by a text from outside (A48): logs/1a/1a2b…-17.2.log is the second run of job 17,
 * which tests 1a2b…, and 1a2b…-17.2.s3.log that of its third step.
 */

import { join } from 'node:path';
import type { Commit } from '../../protocol/ids.js';
import type { JobId } from '../core/journal.js';

/** Which log: the `number`-th run of a job, or one of that run's steps. */
export interface LogName {
  readonly commit: Commit;
  readonly job: JobId;
  readonly number: number;
  /** From 1; absent: the run's own. */
  readonly step?: number;
}

export function pathOf(folder: string, name: LogName): string {
  return `${beginningOf(folder, name)}${name.step === undefined ? '' : `s${name.step}.`}log`;
}

/** Of the names of all files of a run. */
export function beginningOf(folder: string, { commit, job, number }: LogName): string {
  return join(folder, commit.slice(0, 2), `${commit}-${job}.${number}.`);
}

/** Where a reader may keep what it knows of that log's lines. */
export function indexBeside(path: string): string {
  return `${path}.lines`;
}

/** Where it may keep when they came. */
export function timesBeside(path: string): string {
  return `${path}.times`;
}

/** Where either is begun. */
export function draftOf(beside: string): string {
  return `${beside}.new`;
}

/** A log, and what is beside it, also what a process left that was killed meanwhile. */
export function withBeside(path: string): string[] {
  const beside = [indexBeside(path), timesBeside(path)];
  return [path, ...beside, ...beside.map(draftOf)];
}
