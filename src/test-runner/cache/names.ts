/**
 * Owns names on a disk that several runners share: what one sees may be gone in the next moment, and
 * that is no fault.
 */

import { readdirSync, renameSync, utimesSync } from 'node:fs';

/** What is in a folder; nothing where there is none any more. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** False where something is there already, or nothing is here any more, or it is another disk. */
export function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/** It was used now, if it still is there. */
export function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // Another runner has just removed it.
  }
}
