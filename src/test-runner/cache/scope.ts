/**
 * Owns who may write what others read. What the default branch has made is there for all; what any
 * other branch, a tag or a pull request has made is there for itself alone: whoever may push a branch
 * cannot bring anything into the runs of the default branch. Pure.
 */

import type { Assignment } from '../../protocol/job-bodies.js';
import type { Work } from '../../protocol/work.js';
import type { Scopes } from './entry.js';

/** `defaultBranch`: of the runner's clone, for a commit of which nobody has told; null: unknown. */
export function scopesOf({ work, branch }: Assignment, defaultBranch: string | null): Scopes {
  const trusted =
    work === undefined ? refOf(defaultBranch ?? '') : refOf(work.occasion.defaultBranch);
  const ref = work === undefined ? refOf(branch) : refOf(work.occasion.ref);
  // What a pull request asks for is its author's, whatever branch it is for.
  const own = work !== undefined && isPull(work) ? `pull:${ref}` : ref;
  if (trusted === '') return { own, others: [] };
  return { own, others: own === trusted ? [] : [trusted] };
}

function isPull({ occasion }: Work): boolean {
  return occasion.event.startsWith('pull_request');
}

/** A short name is a branch's. */
function refOf(name: string): string {
  return name === '' || name.startsWith('refs/') ? name : `refs/heads/${name}`;
}
