/**
 * Owns the question whether waiting helps where the store or a log failed: there is no room, on the
 * disk, in a quota, or in the table of open files; or the disk refuses what somebody can allow
 * again. Nothing is lost then, and what failed can be tried again.
 */

/** Whether that error means "not now": for want of room, or because the disk refuses it. */
export function isForWaiting(error: unknown): boolean {
  return lacksRoom(error) || refusals.has(codeOf(error));
}

/** Whether it means that there is no room. */
export function lacksRoom(error: unknown): boolean {
  const code = codeOf(error);
  // Without room for its shared memory, SQLite speaks of an I/O error instead.
  return noRoom.has(code) || code.startsWith('SQLITE_IOERR');
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

const noRoom = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE']);

/**
 * Rights that were taken away, a disk that is damaged or went read-only, a mount that is away,
 * something else in the place of a folder or a file.
 */
const refusals = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENXIO', 'ESTALE'],
  ...['EEXIST', 'EISDIR', 'ENOTDIR', 'ELOOP'],
]);
