/**
 * Owns the lock of a slot: whether nobody else can have used it, and whether we may look. Whoever deletes
 * its file lets other runners in: so the claim is looked at before and after each run, and made again where
 * nobody has come. A suite may have forbidden us the slot's folders, which are its user's as much as ours.
 */

import { dirname, join } from 'node:path';
import { inodeOf, makeFolder } from '../../world/files.js';
import { tryLock } from '../../world/lock.js';
import { makePassable } from '../checkout/ground.js';

export interface SlotLock {
  /** Whether nobody else can have used the slot since it was claimed, or claimed again. */
  isWhole(): boolean;
  /** Claims it again if need be, its folder made anew; false where another process has it now. */
  renew(): boolean;
  release(): void;
}

/** Takes the lock kept in the file `path`; null where another process has it. Throws what the disk says. */
export function lockSlot(path: string): SlotLock | null {
  openUp(path);
  let lock = tryLock(path);
  if (lock === null) return null;
  let inode = inodeOf(path);
  const isWhole = () => {
    openUp(path);
    return inode !== null && inodeOf(path) === inode;
  };
  const renew = () => {
    if (isWhole()) return true;
    try {
      makeFolder(dirname(path));
      const next = tryLock(path);
      if (next === null) return false;
      lock?.release();
      lock = next;
      inode = inodeOf(path);
      return inode !== null;
    } catch {
      // A folder that can be neither made nor locked in is not ours.
      return false;
    }
  };
  return { isWhole, renew, release: () => lock?.release() };
}

/** From the state folder down to what is kept of runs. */
function openUp(path: string): void {
  const slot = dirname(path);
  const slots = dirname(slot);
  for (const folder of [dirname(slots), slots, slot, join(slot, 'runs')]) makePassable(folder);
}
