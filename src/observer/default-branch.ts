/**
 * Owns which branch comes first: a commit that several branches bring belongs to the first of
 * them, and that is to be the one that all others come from and go to.
 * Never fails where a repository does not say which that is: then custom says it.
 */

import type { Git } from '../world/git.js';
import type { Tip } from './core/news.js';
import { nameOf } from './reader.js';

/** What git and the forges call it. */
const customary = ['main', 'master'];

/**
 * The default branch's tip first, all others in their order. `head`: the branch that HEAD names,
 * if any. Where somebody works (`isWorkplace`) HEAD is what he works on, so that custom is asked
 * before it.
 */
export function defaultFirst(
  tips: readonly Tip[],
  head: string | null,
  isWorkplace: boolean,
): readonly Tip[] {
  const named = head === null ? [] : [head];
  const names = isWorkplace ? [...customary, ...named] : [...named, ...customary];
  const first = names.flatMap((name) => tips.filter(({ branch }) => branch === name)).slice(0, 1);
  return [...first, ...tips.filter((tip) => tip !== first[0])];
}

/** The branch that a far remote's HEAD names; null where it names none, or does not say. */
export async function remoteHead(git: Git, remote: string): Promise<string | null> {
  const printed = await git(['ls-remote', '--symref', '--', remote, 'HEAD']).catch(() => '');
  const [, ref] = /^ref: (refs\/heads\/.+)\tHEAD$/m.exec(printed) ?? [];
  return ref === undefined ? null : nameOf(ref);
}
