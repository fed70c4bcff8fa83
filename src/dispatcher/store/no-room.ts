/**
 * Owns the question what it means where the store or a log failed: whether waiting helps, as there is no
 * room, or the disk refuses what somebody can allow again; or at least, whether the store is to blame and
 * not we. Nothing is lost then, and what failed can be tried again.
 */

import { UsageError } from '../../world/exit.js';
import * as disk from '../../world/refusals.js';

/** Whether that error means "not now": for want of room, or because the disk refuses it. */
export function isForWaiting(error: unknown): boolean {
  return lacksRoom(error) || disk.isRefused(error) || disk.codeOf(error).startsWith('SQLITE_IOERR');
}

/**
 * Whether it means that the store could not be read, be it only now, or for a row that is damaged: whoever
 * asked hears of it, and everything else goes on.
 */
export function isUnreadable(error: unknown): boolean {
  return isForWaiting(error) || error instanceof UsageError || blamesFile.test(disk.codeOf(error));
}

/** Of SQLite's words those that blame the file or the machine; all others blame who asks. */
const blamesFile = /^SQLITE_(?:BUSY|CANTOPEN|CORRUPT|NOMEM|NOTADB|PROTOCOL|READONLY)/;

/** Whether it means that there is no room. */
export function lacksRoom(error: unknown): boolean {
  const code = disk.codeOf(error);
  // Without room for its shared memory, SQLite speaks of an I/O error instead.
  return disk.lacksRoom(error) || code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_SHM');
}
