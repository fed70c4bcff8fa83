/**
 * Owns the question whether the store or a log failed for want of room: on the disk, in a quota, or
 * in the table of open files. Nothing is lost then, and what failed can be tried again.
 */

/** Whether that error means "not now". Whatever else it says is not for waiting. */
export function lacksRoom(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return false;
  // Without room for its shared memory, SQLite speaks of an I/O error instead.
  return noRoom.has(code) || code.startsWith('SQLITE_IOERR');
}

const noRoom = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);
