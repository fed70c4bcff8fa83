/**
 * Owns which repositories a runner tests, and where on this machine: the clones that it was given, or a
 * folder in which it makes them.
 */

import { join, resolve } from 'node:path';
import { type Clone, openClone, repositoryName } from '../../world/clone.js';
import { UsageError } from '../../world/exit.js';
import { folderName } from '../../world/folder-name.js';
import { MadeClones } from './made-clones.js';
import { type Claim, GivenSites, type Sites } from './sites.js';
import type { LocalSlot } from './slots.js';

export interface SitesOptions {
  /** Paths of clones. */
  readonly repos: readonly string[];
  /** A folder to make them in; null: all are given. */
  readonly clones: string | null;
  /** `--state`; of several clones each has a folder there. */
  readonly state: string | null;
  /** What the only one is called, if not after its origin. */
  readonly repository: string | null;
}

interface Given {
  readonly clone: Clone;
  readonly state: string;
}

/** What is tested, before anything is claimed: clones by the names of their repositories. */
export type Ground = ReadonlyMap<string, Given> | { readonly clones: string };

/** Throws a `UsageError` that names what is wrong. */
export async function survey(options: SitesOptions): Promise<Ground> {
  if (options.clones !== null) return { clones: resolve(options.clones) };
  const all = new Map<string, Given>();
  for (const path of options.repos) {
    const clone = await openClone(resolve(path));
    const name = options.repository ?? repositoryName(clone);
    const namesake = all.get(name);
    if (namesake !== undefined) {
      throw new UsageError(
        `${namesake.clone.path} and ${clone.path} are both called ${name}: test one of them in a ` +
          'process of its own, with --repository.',
      );
    }
    all.set(name, { clone, state: stateOf(clone, name, options) });
  }
  return all;
}

function stateOf({ gitDir }: Clone, name: string, { state, repos }: SitesOptions): string {
  if (state === null) return join(gitDir, 'trivet');
  return resolve(repos.length === 1 ? state : join(state, folderName(name)));
}

/** What is offered for them. */
export function repositoriesOn(ground: Ground): readonly string[] | 'any' {
  return 'clones' in ground ? 'any' : [...ground.keys()];
}

/** Claims what dead processes have left there. Throws a `UsageError`. */
export function openSites(
  ground: Ground,
  claimIn: (state: string, clone: Clone, count: number) => readonly LocalSlot[],
): Sites {
  if ('clones' in ground) return new MadeClones(ground.clones, claimIn);
  const claims = [...ground].map(([name, { state, clone }]): [string, Claim] => [
    name,
    (count) => claimIn(state, clone, count),
  ]);
  return new GivenSites(new Map(claims));
}
