/**
 * Owns the lock that dies with its holder: one process at a time owns a folder.
 * A pid file outlives a SIGKILL and lies after a reboot; SQLite's lock is the kernel's, and the
 * kernel takes it back when the process ends, however it ends.
 */

import Database from 'better-sqlite3';
import { UsageError } from './exit.js';

export interface Lock {
  release(): void;
}

/**
 * Takes the lock kept in the file `path`, or answers null where another process has it. Throws
 * `UsageError` where SQLite is not built: this is the first that each process wants of it.
 */
export function tryLock(path: string): Lock | null {
  const database = open(path);
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

function open(path: string): Database.Database {
  try {
    return new Database(path, { timeout: 0 });
  } catch (error) {
    throw isUnbuilt(error) ? new UsageError(unbuilt) : error;
  }
}

/** npm was not allowed to build it, or built it for another Node.js. */
function isUnbuilt(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === 'ERR_DLOPEN_FAILED' || message.startsWith('Could not locate the bindings file');
}

const unbuilt =
  `better-sqlite3 is not built for this Node.js (${process.version}): docs/operate.md, "Install", ` +
  'says how npm is allowed to build it; "npm rebuild better-sqlite3" builds it anew.';
