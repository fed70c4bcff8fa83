/**
 * Owns for which runs a secret is. Pure. What decides is the job as it was handed over and is in the
 * journal, never what a runner or a workflow file says.
 */

import { matchesGlob } from '../../workflow/glob.js';

export interface Scope {
  /** In lower case; unique in its repository. */
  readonly name: string;
  readonly repository: string;
  /** Globs; none: all branches. */
  readonly branches: readonly string[];
  readonly events: readonly string[];
}

/** What is known of a run before it begins. */
export interface Occasion {
  readonly repository: string | null;
  /** What is no branch by its full name. */
  readonly branch: string;
  readonly event: string;
}

/** Why a run of its repository does not get it; null where it does. */
export function whyNot({ branches, events }: Scope, { branch, event }: Occasion): string | null {
  if (!events.includes(event)) return `it is for ${listed(events)} only, and this is ${event}`;
  if (isOn(branches, branch)) return null;
  return `it is for ${listed(branches) || 'branches and tags'} only, and this is ${branch}`;
}

/** Another ref, as of a pull request, may be anybody's: only a glob that is meant for refs has it. */
function isOn(globs: readonly string[], branch: string): boolean {
  const isRef = branch.startsWith('refs/');
  if (globs.length === 0) return !isRef || branch.startsWith('refs/tags/');
  return globs.some((glob) => glob.startsWith('refs/') === isRef && matchesGlob(glob, branch));
}

/** `push, tag or cron` */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
