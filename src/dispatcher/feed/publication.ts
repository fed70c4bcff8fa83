/**
 * Owns the vocabulary of what the dispatcher tells those who watch it.
 * An entry has a number by which whoever was away goes on from where it was; all else is told live
 * only, and nobody can ask for it afterwards.
 */

import type { Commit, LogId, RunId } from '../../protocol/ids.js';
import type { Shown } from '../../protocol/shown.js';
import type { StepReport } from '../../protocol/work.js';
import type { Told } from '../../world/story.js';
import type { Notice } from '../core/events.js';
import type { Job } from '../core/job.js';
import type { Entry } from '../core/journal.js';

/** Which job an entry or a log is of, as a person would ask for it. */
export type About = Pick<Job, 'id' | 'repository' | 'commit' | 'name'>;

/** An entry that is on disk, under its sequence number. */
export interface Recorded<Of extends About = About> {
  readonly seq: number;
  readonly entry: Entry;
  /** The job that it is of. */
  readonly job: Of;
}

export type Publication =
  /** `job` is as the turn left it that the entry was made in. */
  | ({ readonly kind: 'entry' } & Recorded<Job>)
  /** Who comes and goes, and what is odd. */
  | { readonly kind: 'notice'; readonly atMs: number; readonly notice: Notice }
  /** A log is that long by now. */
  | {
      readonly kind: 'log';
      readonly atMs: number;
      readonly job: About;
      readonly run: RunId;
      /** The run's own, or that of one of its steps. */
      readonly log: LogId;
      readonly logBytes: number;
    }
  /** A step of a run has begun, or has ended. */
  | {
      readonly kind: 'step';
      readonly atMs: number;
      readonly job: About;
      readonly run: RunId;
      readonly step: StepReport;
    }
  /** What befell the process rather than a job: a full disk, a token that was read anew. */
  | { readonly kind: 'told'; readonly atMs: number; readonly told: Told }
  | ({ readonly kind: 'message' } & Tapped);

/** A message that crossed the wire. Secrets are taken out of it. */
export interface Tapped extends Shown {
  readonly atMs: number;
  /** Which of the dispatcher's connections: a session's id, or a number for a request. */
  readonly connection: string;
  readonly direction: 'in' | 'out';
  /** A name, or an address where it has not told one. */
  readonly peer: string;
}

/** The commit whose logs may read otherwise after it; else null. */
export function commitOf(publication: Publication): Commit | null {
  return 'job' in publication ? publication.job.commit : null;
}
