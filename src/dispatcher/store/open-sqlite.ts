/**
 * Owns how the store of a data folder is opened: who holds its lock, and the sentence for people where it
 * cannot be. Never leaves the lock behind.
 */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { UsageError } from '../../world/exit.js';
import { makeFolder } from '../../world/files.js';
import { type Lock, tryLock } from '../../world/lock.js';
import { lacksRoom } from './no-room.js';
import { storeFile } from './schema.js';
import { SqliteStore } from './sqlite.js';

/** Opens or makes the store in `folder`. Throws `UsageError` where that cannot be. */
export function openSqliteStore(folder: string): SqliteStore {
  let lock: Lock | null = null;
  try {
    makeFolder(folder);
    lock = tryLock(join(folder, 'lock'));
    if (lock === null) {
      throw new UsageError(
        `Another dispatcher uses the data folder ${folder}: stop it, or choose --data.`,
      );
    }
    const database = new Database(join(folder, storeFile));
    const fileNow = () => statSync(database.name, { throwIfNoEntry: false })?.ino;
    const file = fileNow();
    return new SqliteStore(database, lock, () => fileNow() === file);
  } catch (error) {
    lock?.release();
    throw error instanceof UsageError ? error : new UsageError(explain(folder, error));
  }
}

function explain(folder: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (lacksRoom(error)) {
    return `No room for the data folder ${folder}: free some, or choose another with --data.`;
  }
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return `The store in ${folder} is damaged (${message}): restore a copy, or choose --data.`;
  }
  if (code === 'SQLITE_ERROR') {
    return `The store in ${folder} is not as Trivet made it (${message}): restore a copy, or choose --data.`;
  }
  const why = code ?? message;
  return `Cannot use the data folder ${folder} (${why}): make it writable, or choose --data.`;
}
