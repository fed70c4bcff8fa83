/**
 * Owns how the statements of a file are prepared: all at once, each under its name. Never knows what they
 * say; a name that has no text does not compile.
 */

import type { Database, Statement } from 'better-sqlite3';

export type Statements<Sql> = { readonly [Name in keyof Sql]: Statement };

/** Each text, prepared under its name: a statement costs more to prepare than to run. */
export function statementsOf<Sql extends Readonly<Record<string, string>>>(
  database: Database,
  sql: Sql,
): Statements<Sql> {
  const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared) as Statements<Sql>;
}
