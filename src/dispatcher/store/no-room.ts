/**
 * Owns the question whether waiting helps where the store or a log failed: there is no room, or the disk
 * refuses what somebody can allow again. Nothing is lost then, and what failed can be tried again.
 */

import * as disk from '../../world/refusals.js';

/** Whether that error means "not now": for want of room, or because the disk refuses it. */
export function isForWaiting(error: unknown): boolean {
  return lacksRoom(error) || disk.isRefused(error) || disk.codeOf(error).startsWith('SQLITE_IOERR');
}

/** Whether it means that there is no room. */
export function lacksRoom(error: unknown): boolean {
  const code = disk.codeOf(error);
  // Without room for its shared memory, SQLite speaks of an I/O error instead.
  return disk.lacksRoom(error) || code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_SHM');
}
