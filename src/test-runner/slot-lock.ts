/**
 * Owns a slot's claim for the life of a process, also when somebody deletes the slot's folder
 * meanwhile: whoever deletes the lock's file lets other runners in. So the claim is looked at
 * before and after each run, and made again where nobody has come. Never touches the slot itself.
 */

import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../world/files.js';
import { tryLock } from '../world/lock.js';

export interface SlotLock {
  /** Whether nobody else can have used the slot since it was claimed, or claimed again. */
  isWhole(): boolean;
  /** Claims it again if need be, its folder made anew; false where another process has it now. */
  renew(): boolean;
  release(): void;
}

/** Takes the lock kept in the file `path`; null where another process has it. */
export function lockSlot(path: string): SlotLock | null {
  let lock = tryLock(path);
  if (lock === null) return null;
  let inode = inodeOf(path);
  const isWhole = () => inode !== null && inodeOf(path) === inode;
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

function inodeOf(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}
