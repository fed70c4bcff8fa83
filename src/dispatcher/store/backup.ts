/**
 * Owns the copy of a store, taken while a dispatcher is at work on it or not. It is of one moment:
 * SQLite reads a snapshot, and no append waits for that. Never replaces a file, and leaves none
 * that is not whole. Logs are no part of it: they are files, which any tool copies.
 */

import { existsSync, linkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UsageError } from '../../world/exit.js';
import { syncToDisk } from '../../world/files.js';
import { lacksRoom } from './no-room.js';
import { storeFile } from './schema.js';

/** Copies the store in the folder `data` to `file`; answers how many jobs that holds. */
export function backUp(data: string, file: string): number {
  const path = join(data, storeFile);
  if (!existsSync(path)) {
    throw new UsageError(`There is no store in ${data}: name its folder with --data.`);
  }
  if (existsSync(file)) {
    throw new UsageError(`${file} is there already: --backup makes a new file.`);
  }
  const draft = `${file}.${process.pid}.new`;
  try {
    const jobs = copy(path, draft);
    syncToDisk(draft);
    // Not by renaming, which replaces what came there meanwhile.
    linkSync(draft, file);
    syncToDisk(dirname(file));
    return jobs;
  } catch (error) {
    throw new UsageError(explain(path, file, error));
  } finally {
    // Where we may not even look there is none.
    if (existsSync(draft)) rmSync(draft);
  }
}

function copy(path: string, draft: string): number {
  const database = new Database(path, { readonly: true });
  try {
    // In one read: copied page by page, it would begin anew at each append.
    database.prepare('VACUUM INTO ?').run(draft);
    return database.prepare('SELECT count(*) FROM job').pluck().get() as number;
  } finally {
    database.close();
  }
}

function explain(path: string, file: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return `The store ${path} is damaged, or none (${message}): there is nothing to back up.`;
  }
  const what = lacksRoom(error) ? 'there is no room' : (message ?? code);
  return `Cannot make ${file} (${what}): choose another place.`;
}
