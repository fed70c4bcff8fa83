/**
 * Owns the words between a job's steps and what a runner does around them: files that are put in
 * place before, and looked at after. Who does that knows neither logs nor the dispatcher.
 */

import type { Work } from '../../protocol/work.js';
import type { Run } from '../core/events.js';
import type { Verdict } from '../executor.js';

export interface Around {
  /** Before the first step; what it says stands in the run's log. */
  readonly before?: (job: JobAround) => Promise<void>;
  /**
   * After the last, unless nobody wants the run any more; what it says gets a part of the log of its
   * own. What it answers is reported with the verdict.
   */
  readonly after?: (job: JobAround, verdict: Verdict) => Promise<Partial<Verdict>>;
}

export interface JobAround {
  readonly run: Run;
  readonly work: Work;
  /** The checkout. */
  readonly folder: string;
  /** The same, as the steps saw it; before they begin, as it is here. */
  readonly workspace: string;
  /** A line for people. */
  readonly say: (line: string) => void;
}
