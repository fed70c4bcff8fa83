/**
 * Owns the upkeep of clones that only we fetch into: what git itself would do after a person's
 * `git fetch`, as far as the clone's settings (`gc.auto`, `maintenance.auto`) let it, but at a time
 * when nobody waits for it. Never decides what is due: git does.
 */

import { type Git, type GitOptions, patientGitIn } from './git.js';

/** Packs what has become many small files, where there is something to do. Never rejects. */
export type Upkeep = () => Promise<void>;

/** By `marks` or `stop` it is ended with whoever started it: see `GitOptions`. */
export function upkeepOf(path: string, options: Pick<GitOptions, 'marks' | 'stop'>): Upkeep {
  const git = patientGitIn(path, options);
  return async () => {
    // What fails (a full disk, another process at it) is due again the next time.
    await tend(git).catch(() => {});
  };
}

async function tend(git: Git): Promise<void> {
  const wanted = await git(['config', '--type=bool', '--default=true', 'maintenance.auto']);
  if (wanted.trim() === 'true') await git(['maintenance', 'run', '--auto', '--quiet']);
}
