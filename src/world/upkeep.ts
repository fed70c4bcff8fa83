/**
 * Owns the upkeep of clones that only we fetch into: what git itself would do after a person's
 * `git fetch`, as far as the clone's settings (`gc.auto`, `maintenance.auto`) let it, but at a time
 * when nobody waits for it. Never decides what is due: git does.
 */

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Git, type GitOptions, patientGitIn } from './git.js';

/** Packs what has become many small files, where there is something to do. Never rejects. */
export type Upkeep = () => Promise<void>;

/** git itself takes a `gc.pid` of that age for one that nobody has removed. */
const forgottenAfterMs = 12 * 3_600_000;

/**
 * Of the repository at `path`, whose objects lie in `objects`. By `marks` or `stop` it is ended with
 * whoever started it: see `GitOptions`.
 */
export function upkeepOf(
  path: string,
  objects: string,
  options: Pick<GitOptions, 'marks' | 'stop'>,
): Upkeep {
  const git = patientGitIn(path, options);
  const lock = join(objects, 'maintenance.lock');
  return async () => {
    // What fails (a full disk, another process at it) is due again the next time.
    await tend(git, lock).catch(() => {});
  };
}

async function tend(git: Git, lock: string): Promise<void> {
  const wanted = await git(['config', '--type=bool', '--default=true', 'maintenance.auto']);
  if (wanted.trim() !== 'true') return;
  // A git that was killed at this leaves it there, and all others would do nothing, without a word.
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  if (Date.now() - since > forgottenAfterMs) rmSync(lock);
  await git(['maintenance', 'run', '--auto', '--quiet']);
}
