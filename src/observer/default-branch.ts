/**
 * Owns which branch comes first: a commit that several branches bring belongs to the first of
 * them, and that is to be the one that all others come from and go to.
 * Never fails where a repository does not say which that is: then custom says it.
 */

import type { Git } from '../world/git.js';
import type { Tip } from './core/news.js';
import { nameOf } from './ref-names.js';

/** What git and the forges call it. */
export const customary: readonly [string, string] = ['main', 'master'];

/**
 * Its name, if it is among these. `head`: the branch that HEAD names, if any. Where somebody works
 * (`isWorkplace`) HEAD is what he works on, so that custom is asked before it.
 */
export function defaultBranch(
  tips: readonly Tip[],
  head: string | null,
  isWorkplace: boolean,
): string | null {
  const named = head === null ? [] : [head];
  const names = isWorkplace ? [...customary, ...named] : [...named, ...customary];
  return names.find((name) => tips.some(({ branch }) => branch === name)) ?? null;
}

/** Its tip first, all others in their order. */
export function defaultFirst(
  tips: readonly Tip[],
  head: string | null,
  isWorkplace: boolean,
): readonly Tip[] {
  const name = defaultBranch(tips, head, isWorkplace);
  const first = tips.find(({ branch }) => branch === name);
  return first === undefined ? tips : [first, ...tips.filter((tip) => tip !== first)];
}

/** The branch that a far remote's HEAD names; null where it names none, or does not say. */
export async function remoteHead(git: Git, remote: string): Promise<string | null> {
  const printed = await git(['ls-remote', '--symref', '--', remote, 'HEAD']).catch(() => '');
  const [, ref] = /^ref: (refs\/heads\/.+)\tHEAD$/m.exec(printed) ?? [];
  return ref === undefined ? null : nameOf(ref);
}
