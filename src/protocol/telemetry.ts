/**
 * Owns how OpenTelemetry calls the ways in which a run, or a step of it, ends (semantic conventions for
 * CI/CD, `cicd.pipeline.result`): one word for traces and for metrics. Pure.
 */

import type { State } from './documents.js';
import type { StepReport } from './work.js';

export type Result = 'success' | 'failure' | 'error' | 'timeout' | 'cancellation' | 'skip';

type Ending = Exclude<State, 'waiting' | 'blocked'> | StepReport['state'];

export const results: Readonly<Record<Ending, Result>> = {
  passed: 'success',
  failed: 'failure',
  errored: 'error',
  'timed-out': 'timeout',
  cancelled: 'cancellation',
  superseded: 'cancellation',
  skipped: 'skip',
  // It was not waited for, and ended with the job.
  stopped: 'cancellation',
  running: 'cancellation',
};
