/**
 * Owns the submodules of a checkout: brought to what the commit names, cleaned, or gone with it.
 * Costs nothing where neither this commit nor the last one had any.
 */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../../world/git.js';

/** Whether this commit has submodules, or an earlier one left theirs. */
export function hasSubmodules(folder: string): boolean {
  return existsSync(join(folder, '.gitmodules')) || existsSync(modulesOf(folder));
}

/**
 * `fetching` is git for what speaks to remotes: it ends a command that falls silent. Where a submodule
 * belongs nothing lies any more (see `forget`), so each is written out anew.
 */
export async function updateSubmodules(folder: string, git: Git, fetching: Git): Promise<void> {
  if (existsSync(join(folder, '.gitmodules'))) {
    await git(['submodule', 'sync', '-q', '--recursive']);
    await fetching(['submodule', 'update', '--init', '--recursive', '--force', '--progress']);
  } else {
    rmSync(modulesOf(folder), { recursive: true, force: true });
  }
  // A checkout leaves the folder of a submodule that the commit no longer names.
  await git(['clean', '-ffdxq']);
}

/**
 * To be called before a tree is cleaned whose commit names another repository. A suite may have put
 * one there whose settings name programs (a filter, say) that git would run for us, outside of any
 * sandbox; and `clean` spares what lies there, be it a submodule or not. Without an index nothing is
 * spared, and without theirs submodules believe nothing that a suite told them.
 */
export function forget(folder: string): void {
  rmSync(join(folder, '.git', 'index'));
  if (existsSync(modulesOf(folder))) removeIndexes(modulesOf(folder));
}

function removeIndexes(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeIndexes(path);
    else if (entry.name === 'index') rmSync(path);
  }
}

function modulesOf(folder: string): string {
  return join(folder, '.git', 'modules');
}
