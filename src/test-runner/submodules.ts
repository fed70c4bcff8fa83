/**
 * Owns the submodules of a checkout: brought to what the commit names, cleaned, or gone with it.
 * Costs nothing where neither this commit nor the last one had any.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../protocol/ids.js';
import type { Git } from '../world/git.js';

/** Whether this commit has submodules, or an earlier one left theirs. */
export function hasSubmodules(folder: string): boolean {
  return existsSync(join(folder, '.gitmodules')) || existsSync(modulesOf(folder));
}

/** `fetching` is the same git, for what speaks to remotes: it ends a command that falls silent. */
export async function updateSubmodules(
  folder: string,
  commit: Commit,
  git: Git,
  fetching: Git,
): Promise<void> {
  if (existsSync(join(folder, '.gitmodules'))) {
    await emptyPlaces(folder, commit, git);
    await git(['submodule', 'sync', '-q', '--recursive']);
    await fetching(['submodule', 'update', '--init', '--recursive', '--force', '--progress']);
    await git([
      'submodule',
      'foreach',
      '-q',
      '--recursive',
      'git clean -ffdxq && git reset --hard -q',
    ]);
  } else {
    rmSync(modulesOf(folder), { recursive: true, force: true });
  }
  // `reset` leaves the folder of a submodule that the commit no longer names.
  await git(['clean', '-ffdxq']);
}

/**
 * Where a submodule belongs, an earlier suite may have put a repository of its own, whose settings
 * name programs (a filter, say) that git would run for us, outside of any sandbox. `clean` takes
 * it for the submodule and spares it; without an index nothing is spared.
 */
async function emptyPlaces(folder: string, commit: Commit, git: Git): Promise<void> {
  rmSync(join(folder, '.git', 'index'), { force: true });
  await git(['clean', '-ffdxq']);
  await git(['reset', '--hard', '-q', commit]);
}

function modulesOf(folder: string): string {
  return join(folder, '.git', 'modules');
}
