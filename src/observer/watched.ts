/**
 * Owns which refs are watched, in the words of the git commands that list and fetch them, and under
 * which names we keep those that we fetched. Never asks git.
 */

import type { Place } from './ref-names.js';

/** Which refs are watched. */
export interface Watched {
  /** Globs for names of branches; none means all. */
  readonly branches: readonly string[];
  /** Full names of other refs, with one `*` at most: `refs/tags/*`. */
  readonly refs: readonly string[];
}

/** Where refs lie at their home, and where we keep those that we fetched. */
export const home = 'refs/';
export const fetched = 'refs/trivet/refs/';

/** Notes on commits are commits, too, but none to be tested: we write some ourselves. */
export const notesBelow = 'refs/notes/';

/** For `for-each-ref`, whose `*` ends at a slash; what ends with one means all below it. */
export function patternsAt(place: Place, { branches, refs }: Watched): string[] {
  const heads = branches.length === 0 ? [''] : branches;
  const others = refs.map((name) => name.slice(home.length).replace(/\/\*$/, '/'));
  return [...heads.map((glob) => `heads/${glob}`), ...others].map((glob) => place + glob);
}

/** For `fetch`, which fails where a name without `*` is not there. */
export function globsOf({ refs }: Watched): string[] {
  const others = refs.map((name) => (name.includes('*') ? name : `${name}*`));
  return [`${home}heads/*`, ...others];
}

/** Where we keep what is called so at its home. */
export function keptAs(ref: string): string {
  return fetched + ref.slice(home.length);
}
