/**
 * Owns the one word for how a job stands, and which of several words matters most.
 */

import { states } from '../../protocol/document-parts.js';
import type { State } from '../../protocol/documents.js';
import type { DispatcherCore } from '../core/core.js';
import type { Job } from '../core/job.js';
import type { JobId, Verdict } from '../core/journal.js';

/** What is asked of a core by those who only look. */
export type Looked = Pick<DispatcherCore, 'job'>;

export function stateOf({ state }: Job): State {
  if (state.kind === 'finished') return state.verdict;
  return state.kind === 'leased' ? 'running' : state.kind;
}

/** Of a job as a row tells it; memory knows more of one that is not over. */
export function stateOfRow(
  core: Looked,
  { job, verdict }: { readonly job: JobId; readonly verdict: Verdict | null },
): State {
  const live = core.job(job);
  if (live !== undefined) return stateOf(live);
  return verdict ?? 'waiting';
}

/** What still goes on comes first, then what is red. Null: there are none. */
export function mostImportant(all: readonly State[]): State | null {
  return states.find((state) => all.includes(state)) ?? null;
}

/** Red is what somebody must look at. */
export function isRed(state: State): boolean {
  return state === 'failed' || state === 'errored' || state === 'timed-out';
}
