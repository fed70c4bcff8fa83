/**
 * Owns the store on one disk: SQLite, write-ahead log, every transaction synced.
 * Never keeps anything in memory that is not in the file.
 */

import type Database from 'better-sqlite3';
import type { Address } from '../../protocol/address.js';
import { type Commit, type Pausable, parsePausable, type RunId } from '../../protocol/ids.js';
import { UsageError } from '../../world/exit.js';
import type { Lock } from '../../world/lock.js';
import type { Tested } from '../core/events.js';
import type { Entry, JobId } from '../core/journal.js';
import { migrate } from './migrations.js';
import { type OfRepository, type Removal, removalFrom } from './removal.js';
import { deriver } from './rows.js';
import { type SealedSecrets, sealedIn } from './sealed.js';
import type { JobRow, ListChange } from './store.js';
import { testKeeper } from './test-rows.js';
import { readEntry } from './upcast.js';

type Append = (
  entries: readonly Entry[],
  listChanges: readonly ListChange[],
  tested: readonly Tested[],
) => number;

/** The store in a database that is open; `lock` is released with it. `isThere`: under its name. */
export class SqliteStore implements Removal {
  /** What is kept of secrets. */
  readonly secrets: SealedSecrets;
  readonly #database: Database.Database;
  readonly #lock: Lock;
  readonly #isThere: () => boolean;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #append: Append;
  readonly #removal: Removal;

  constructor(database: Database.Database, lock: Lock, isThere: () => boolean = () => true) {
    this.#lock = lock;
    this.#isThere = isThere;
    this.#database = database;
    this.#database.pragma('journal_mode = WAL');
    // Promise 1: OK means on disk, so every commit waits for the disk.
    this.#database.pragma('synchronous = FULL');
    migrate(this.#database);
    // A folder that is read-only is told now, not at the first commit.
    this.#database.exec('BEGIN IMMEDIATE; ROLLBACK');
    this.#append = this.#prepareAppend();
    this.#removal = removalFrom(this.#database);
    this.secrets = sealedIn(this.#database, () => this.#assertThere());
  }

  /** As `Store.append`; done when it returns. */
  append(
    entries: readonly Entry[],
    listChanges: readonly ListChange[] = [],
    tested: readonly Tested[] = [],
  ): number {
    this.#assertThere();
    return this.#append(entries, listChanges, tested);
  }

  unfinished(): Entry[] {
    return this.#entries(
      `SELECT seq, entry FROM journal WHERE job IN (
         SELECT id FROM job WHERE commit_id IN (SELECT commit_id FROM job WHERE verdict IS NULL)
       ) ORDER BY seq`,
    );
  }

  history(job: JobId): Entry[] {
    return this.#entries('SELECT seq, entry FROM journal WHERE job = ? ORDER BY seq', job);
  }

  commitsLike(beginning: string, most: number): Commit[] {
    const query =
      'SELECT DISTINCT commit_id FROM job WHERE commit_id >= ? AND commit_id < ? LIMIT ?';
    // What comes after all hex digits.
    const rows = this.#statement(query).pluck().all(beginning, `${beginning}g`, most);
    return rows as Commit[];
  }

  jobsOf(commit: Commit): JobRow[] {
    const rows = this.#statement(
      'SELECT id, name, verdict FROM job WHERE commit_id = ? ORDER BY id',
    ).all(commit) as Omit<JobRow, 'commit'>[];
    return rows.map((row) => ({ ...row, commit }));
  }

  hasJob(commit: Commit, repository: string): boolean {
    const row = this.#statement(
      `SELECT 1 FROM job
         WHERE commit_id = @commit AND (repository = @repository OR repository IS NULL)
       UNION ALL
       SELECT 1 FROM removed WHERE commit_id = @commit AND repository IN (@repository, '') LIMIT 1`,
    ).get({ commit, repository });
    return row !== undefined;
  }

  newestOn(repository: string, branch: string): Commit | null {
    const query = `SELECT commit_id FROM branch JOIN job ON job.id = branch.job
                   WHERE branch.repository = ? AND branch.name = ?`;
    return (this.#statement(query).pluck().get(repository, branch) as Commit | undefined) ?? null;
  }

  hasJobs(repository: string): boolean {
    return (
      this.#statement('SELECT 1 FROM job WHERE repository = ? LIMIT 1').get(repository) !==
      undefined
    );
  }

  isRecorded(run: RunId): boolean {
    const row = this.#statement(
      "SELECT 1 FROM run WHERE id = ? AND ending NOT IN ('lost', 'handed-back') AND log_bytes >= 0",
    ).get(run);
    return row !== undefined;
  }

  nextJob(): JobId {
    const row = this.#statement('SELECT max(id) AS last FROM job').get();
    return ((row as { last: number | null }).last ?? 0) + 1;
  }

  lastSeq(): number {
    const last = this.#statement('SELECT seq FROM journal ORDER BY seq DESC LIMIT 1');
    return (last.pluck().get() as number | undefined) ?? 0;
  }

  lastAtMs(): number {
    const last = this.#statement('SELECT at_ms FROM journal ORDER BY seq DESC LIMIT 1');
    return (last.pluck().get() as number | undefined) ?? 0;
  }

  repositories(): string[] {
    const query = 'SELECT DISTINCT repository FROM job WHERE repository IS NOT NULL';
    return this.#statement(query).pluck().all() as string[];
  }

  classicRunners(): Address[] {
    return this.#statement('SELECT host, port FROM classic_runner').all() as Address[];
  }

  paused(): Pausable[] {
    const all = this.#statement('SELECT what FROM paused').pluck().all() as string[];
    return all.flatMap((what) => parsePausable(what) ?? []);
  }

  oldestAtMs(): number {
    const oldest = this.#statement('SELECT accepted_at_ms FROM job ORDER BY id LIMIT 1');
    return (oldest.pluck().get() as number | undefined) ?? Infinity;
  }

  others(which: OfRepository): readonly OfRepository['repository'][] {
    return this.#removal.others(which);
  }

  isRemovable(which: OfRepository): boolean {
    return this.#removal.isRemovable(which);
  }

  remove(which: readonly OfRepository[]): number {
    return this.#removal.remove(which);
  }

  close(): void {
    this.#database.close();
    this.#lock.release();
  }

  /** SQLite would go on writing to a file that has no name any more, and nobody could read. */
  #assertThere(): void {
    if (this.#isThere()) return;
    throw new UsageError(
      `The store ${this.#database.name} was removed or replaced meanwhile: start again.`,
    );
  }

  #prepareAppend(): Append {
    const derive = deriver(this.#database);
    const keepTests = testKeeper(this.#database);
    const insert = this.#database.prepare(
      'INSERT INTO journal (job, at_ms, kind, entry) VALUES (?, ?, ?, ?)',
    );
    const all = this.#database.transaction<Append>((entries, listChanges, tested) => {
      let seq = 0;
      for (const entry of entries) {
        const { job, atMs, kind } = entry;
        seq = Number(insert.run(job, atMs, kind, JSON.stringify(entry)).lastInsertRowid);
        derive(entry);
      }
      for (const change of listChanges) this.#changeList(change);
      for (const one of tested) keepTests(one);
      return seq;
    });
    return (...args) => all.immediate(...args);
  }

  #changeList(change: ListChange): void {
    const { isKept } = change;
    if ('what' in change) {
      const query = isKept
        ? 'INSERT OR IGNORE INTO paused (what) VALUES (?)'
        : 'DELETE FROM paused WHERE what = ?';
      this.#statement(query).run(change.what);
      return;
    }
    const query = isKept
      ? 'INSERT OR IGNORE INTO classic_runner (host, port) VALUES (@host, @port)'
      : 'DELETE FROM classic_runner WHERE host = @host AND port = @port';
    this.#statement(query).run(change.address);
  }

  /** Prepared at its first use, and kept: a statement costs more to prepare than to run. */
  #statement(query: string): Database.Statement {
    const statement = this.#statements.get(query) ?? this.#database.prepare(query);
    this.#statements.set(query, statement);
    return statement;
  }

  #entries(query: string, ...values: unknown[]): Entry[] {
    const rows = this.#statement(query).raw().all(values) as [seq: number, text: string][];
    return rows.map(([seq, text]) => readEntry(seq, text));
  }
}
