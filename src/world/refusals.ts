/**
 * Owns the question what a disk means that did not do its work: there is no room, on it, in a quota, or
 * in the table of open files; or it refuses what somebody can allow again. Any other error is our own.
 */

export function lacksRoom(error: unknown): boolean {
  return noRoom.has(codeOf(error));
}

export function isRefused(error: unknown): boolean {
  return refusals.has(codeOf(error));
}

/** The system's word for it; empty where it has none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE']);

/**
 * Rights that were taken away, a disk that is damaged or went read-only, a mount that is away,
 * something else in the place of a folder or a file.
 */
const refusals = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENXIO', 'ESTALE'],
  ...['EEXIST', 'EISDIR', 'ENOTDIR', 'ELOOP'],
]);
