/**
 * Owns the rows of secrets: sealed values, and in plain what each is called and for what it is. Never
 * opens one. They are no history but a list: setting replaces, removing leaves nothing.
 */

import type { Database } from 'better-sqlite3';
import { parseJson } from '../../world/files.js';

export interface SealedSecret {
  readonly name: string;
  readonly repository: string;
  readonly branches: readonly string[];
  readonly events: readonly string[];
  readonly sealed: Uint8Array;
}

/** Where they are kept. A change is durable when it resolves; it rejects with the disk's error. */
export interface SealedSecrets {
  all(): Promise<readonly SealedSecret[]>;
  /** In place of another of that name in that repository. */
  put(secret: SealedSecret): Promise<void>;
  remove(which: Pick<SealedSecret, 'repository' | 'name'>): Promise<void>;
}

interface SecretRow {
  readonly name: string;
  readonly repository: string;
  readonly branches: string;
  readonly events: string;
  readonly sealed: Uint8Array;
}

/** `assertWritable` throws where the file is not ours any more. */
export function sealedIn(database: Database, assertWritable: () => void): SealedSecrets {
  const all = database.prepare('SELECT name, repository, branches, events, sealed FROM secret');
  const put = database.prepare(
    `INSERT OR REPLACE INTO secret (name, repository, branches, events, sealed)
     VALUES (@name, @repository, @branches, @events, @sealed)`,
  );
  const remove = database.prepare(
    'DELETE FROM secret WHERE repository = @repository AND name = @name',
  );
  return {
    all: async () => (all.all() as SecretRow[]).map(read),
    put: async ({ branches, events, ...rest }) => {
      assertWritable();
      put.run({ ...rest, branches: JSON.stringify(branches), events: JSON.stringify(events) });
    },
    remove: async (which) => {
      assertWritable();
      remove.run({ repository: which.repository, name: which.name });
    },
  };
}

function read({ branches, events, ...rest }: SecretRow): SealedSecret {
  return { ...rest, branches: words(branches), events: words(events) };
}

/** What somebody has written there by hand may be anything; then it opens nothing either. */
function words(json: string): string[] {
  const parsed = parseJson(json);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}
