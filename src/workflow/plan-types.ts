/**
 * Owns what a plan is: the jobs of a commit, each with its steps, and everything that was found on
 * the way. Plain data, fit for JSON: what is planned in one process is run in another. What of a job
 * its runner is told, the *work*, has its shape in the protocol.
 */

import type { Step, Work } from '../protocol/work.js';
import type { Finding } from './finding.js';
import type { Outcome } from './when.js';

export interface Plan {
  /** Each behind those that it needs. */
  readonly jobs: readonly Job[];
  /** Workflows that are not for this commit. */
  readonly leftOut: readonly LeftOut[];
  /** Its message asks that the commit be left alone: there are no jobs. */
  readonly isSkipped: boolean;
  readonly findings: readonly Finding[];
}

export interface LeftOut {
  readonly name: string;
  readonly because: string;
  /** It is for this commit, but for something that is not there: a file is wrong, or a name. */
  readonly isMissed?: true;
}

export interface Job extends Omit<Work, 'occasion' | 'remarks'> {
  /** `test (go=1.22)`: unique in its commit, and fit for the wire. */
  readonly name: string;
  /** What its runner must carry. */
  readonly labels: readonly string[];
  /** Others that will do once the job has waited so long. */
  readonly fallbacks: readonly { readonly labels: readonly string[]; readonly afterMs: number }[];
  /** Names of jobs that must have ended before, and how: `runsOn`. */
  readonly needs: readonly string[];
  readonly runsOn: readonly Outcome[];
  /** Of a group so many jobs run at a time. */
  readonly group: string | null;
  readonly groupLimit: number;
  readonly priority: number;
  /** Further runs after a fault of the infrastructure; null: as the dispatcher has it. */
  readonly retries: number | null;
  readonly leftOut: readonly LeftOut[];
}

export type PlannedStep = Step;
