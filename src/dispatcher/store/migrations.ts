/**
 * Owns how a database becomes a store of today: an empty one, or one made by an earlier release.
 * Never touches what the journal says: old entries are read as they were written (upcast.ts).
 * Invariant: each step and the version that it leads to are one transaction. Whatever goes wrong,
 * the store is of the version before, whole, and the next start goes on from there.
 */

import type { Database } from 'better-sqlite3';
import { UsageError } from '../../world/exit.js';
import { steps } from './schema.js';

/** Throws `UsageError` where it is a newer Trivet's, or none; SQLite's error where a step fails. */
export function migrate(database: Database): void {
  const path = database.name;
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > steps.length) {
    throw new UsageError(
      `The store ${path} was made by a newer Trivet (its version is ${version}, ours is ` +
        `${steps.length}): use that Trivet, or choose another folder with --data.`,
    );
  }
  const tables = database.prepare('SELECT count(*) FROM sqlite_master').pluck().get();
  if ((version === 0) !== (tables === 0)) {
    throw new UsageError(`${path} is not Trivet's: choose another folder with --data.`);
  }
  for (const [index, step] of steps.slice(version).entries()) {
    const take = database.transaction(() => {
      database.exec(step);
      database.pragma(`user_version = ${version + index + 1}`);
    });
    take.immediate();
  }
}
