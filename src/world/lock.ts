/**
 * Owns the lock that dies with its holder: one process at a time owns a folder.
 * A pid file outlives a SIGKILL and lies after a reboot; SQLite's lock is the kernel's, and the
 * kernel takes it back when the process ends, however it ends.
 */

import Database from 'better-sqlite3';

export interface Lock {
  release(): void;
}

/** Takes the lock kept in the file `path`, or answers null where another process has it. */
export function tryLock(path: string): Lock | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return { release: () => database.close() };
}
