/**
 * Owns what a plan is: the jobs of a commit, each with its steps, and everything that was found on
 * the way. Plain data, fit for JSON: what is planned in one process is run in another.
 */

import type { Finding } from './finding.js';
import type { Cell } from './matrix.js';
import type { Variable } from './schema-parts.js';
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
}

export interface Job {
  /** `test (go=1.22)`: unique in its commit, and fit for the wire. */
  readonly name: string;
  readonly workflow: string;
  readonly file: string;
  readonly cell: Cell;
  /** What its runner must carry. */
  readonly labels: readonly string[];
  /** Others that will do once the job has waited so long. */
  readonly fallbacks: readonly { readonly labels: readonly string[]; readonly afterMs: number }[];
  /** Names of jobs that must have ended before, and how: `runsOn`. */
  readonly needs: readonly string[];
  readonly runsOn: readonly Outcome[];
  /** Of a group one job runs at a time. */
  readonly group: string | null;
  readonly priority: number;
  /** Further runs after a fault of the infrastructure; null: as the dispatcher has it. */
  readonly retries: number | null;
  readonly timeoutMs: number | null;
  readonly silenceMs: number | null;
  /** Whether the runner checks the commit out before the steps. */
  readonly isCheckedOut: boolean;
  readonly services: readonly PlannedStep[];
  readonly steps: readonly PlannedStep[];
  readonly leftOut: readonly LeftOut[];
  readonly cache: readonly {
    readonly key: readonly string[];
    readonly paths: readonly string[];
    readonly fallback: readonly string[];
  }[];
  readonly reports: { readonly junit: readonly string[]; readonly tap: readonly string[] };
  /** A step that exits with this code ends the job at once, as passed. */
  readonly stopOn: number | null;
}

export interface PlannedStep {
  /** Unique in its job. */
  readonly name: string;
  /** Names of steps that must have ended before. */
  readonly needs: readonly string[];
  /** How the job must stand for it to run. */
  readonly runsOn: readonly Outcome[];
  readonly image: string | null;
  /** Without any it is the image's own program that runs: a plugin, or a service. */
  readonly commands: readonly string[];
  readonly entrypoint: readonly string[] | null;
  readonly environment: Readonly<Record<string, Variable>>;
  /** Of a plugin; values as they were written, with `{from_secret: name}` among them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly failure: 'fail' | 'ignore' | 'cancel';
  /** Is started and not waited for. */
  readonly isDetached: boolean;
  readonly directory: string | null;
  /** By default what is called latest is fetched anew, and else what is not there. */
  readonly pull: 'default' | 'always' | 'if-not-exists' | 'never';
  readonly timeoutMs: number | null;
  readonly silenceMs: number | null;
}
