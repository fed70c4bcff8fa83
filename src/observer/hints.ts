/**
 * Owns the watching of a git folder's refs: a change there is a hint to poll now.
 * Never the truth: events may be missed, doubled or false, and a folder that cannot be watched
 * is no fault, because the observer polls at each interval anyway.
 */

import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import type { Cancel } from '../world/clock.js';
import { seenAt } from '../world/files.js';

/** Folders of branches (`feature/…`) that are watched; each costs the system one watch. */
const foldersMax = 1_000;

/** Calls `hint` whenever something may have moved a branch in that git folder. */
export function watchRefs(gitFolder: string, hint: () => void): Cancel {
  const watchers = new Map<string, FSWatcher>();

  const watchFolder = (path: string, changed: (name: string) => void) => {
    if (watchers.size >= foldersMax) return;
    try {
      const watcher = watch(path, { persistent: false }, (_, name) => changed(name ?? ''));
      watcher.on('error', () => forget(path));
      watchers.set(path, watcher);
    } catch {
      // Gone again, or no watches left: the next poll comes with the interval.
    }
  };

  const watchBranches = (folder: string) => {
    watchFolder(folder, (name) => {
      // git prepares a ref under this name first; a poll then would be too early.
      if (name.endsWith('.lock')) return;
      const path = join(folder, name);
      if (name !== '' && seenAt(path)?.isDirectory() === true) {
        // A folder that was removed and made again needs a new watch, though its name is known.
        forget(path);
        watchBranches(path);
      }
      hint();
    });
    for (const inner of foldersIn(folder)) watchBranches(inner);
  };

  const forget = (path: string) => {
    for (const [watched, watcher] of watchers) {
      if (watched !== path && !watched.startsWith(path + sep)) continue;
      watcher.close();
      watchers.delete(watched);
    }
  };

  watchBranches(join(gitFolder, 'refs', 'heads'));
  watchFolder(gitFolder, (name) => {
    if (name === 'packed-refs') hint();
  });
  return () => forget(gitFolder);
}

function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    // The same race: what is gone has no folders.
    return [];
  }
}
