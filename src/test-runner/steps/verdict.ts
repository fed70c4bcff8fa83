/**
 * Owns what a job comes to by how its steps have ended. Pure.
 */

import type { Verdict } from '../executor.js';
import type { culpritOf } from './graph.js';

/** The step that the job fails by is the one that its verdict tells of. */
export function verdictOfSteps(culprit: ReturnType<typeof culpritOf>): Verdict {
  if (culprit === null) return { end: 'passed', exitCode: 0, signal: null, reason: '' };
  const { step, isService } = culprit.part;
  const { state, exitCode, signal, reason } = culprit.standing;
  const name = `${isService ? 'service' : 'step'} "${step.name}"`;
  if (state === 'failed') {
    const why = reason === '' ? '' : `: ${reason}`;
    return { end: 'failed', exitCode, signal, reason: `${name} failed${why}` };
  }
  const end = state === 'timed-out' ? 'timed-out' : 'errored';
  return { end, exitCode, signal, reason: `${name}: ${reason}` };
}
