/**
 * Owns what is still to be told, on disk: a line of messages for each target, how far the journal has been
 * read, and how each branch stood there. The one place of the room that knows SQL.
 * Invariant: how far it was read and what came of that are one transaction, so that a crash costs a
 * message told twice at most, and none. It need not be synced: the journal is, and is read again.
 */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Verdict } from '../dispatcher/core/journal.js';
import { type Statements, statementsOf } from '../dispatcher/store/statements.js';
import { UsageError } from '../world/exit.js';
import { parseJson } from '../world/files.js';
import { type Message, message, topicOf } from './message.js';
import type { Standing } from './standing.js';

/** Its name in the data folder. */
const outboxFile = 'notices.db';

/** Of one target; what comes beyond that pushes the oldest out. */
export const waitingMax = 10_000;

/** Branches whose standing is remembered: those that were judged last. */
const standingsMax = 100_000;

/** How far the journal was read: an entry, and when it was made. */
export interface Place {
  readonly seq: number;
  readonly atMs: number;
}

/** What one entry leads to. */
export interface Outcome {
  readonly messages: readonly { readonly target: string; readonly message: Message }[];
  readonly standings: readonly (Branch & { readonly standing: Standing })[];
}

export interface Branch {
  readonly repository: string | null;
  readonly branch: string;
}

export interface Waiting {
  readonly id: number;
  readonly atMs: number;
  /** How often it was refused. */
  readonly refusals: number;
  /** Null where an older Trivet reads what a newer one wrote. */
  readonly message: Message | null;
}

const version = 1;

const tables = `
  CREATE TABLE place (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    seq   INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE standing (
    repository TEXT    NOT NULL,            -- empty: it came without one
    branch     TEXT    NOT NULL,
    verdict    TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    job        INTEGER NOT NULL,
    PRIMARY KEY (repository, branch)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE waiting (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    target   TEXT    NOT NULL,
    topic    TEXT,                          -- a later one of the same topic takes its place
    at_ms    INTEGER NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0,
    message  TEXT    NOT NULL               -- JSON
  ) STRICT;
  CREATE INDEX waiting_of_target ON waiting (target, id);
  CREATE INDEX waiting_of_topic ON waiting (target, topic) WHERE topic IS NOT NULL;
`;

const sql = {
  place: 'SELECT seq, at_ms AS atMs FROM place',
  reach: 'INSERT OR REPLACE INTO place (one, seq, at_ms) VALUES (1, @seq, @atMs)',
  standing: `SELECT verdict, at_ms AS atMs, job FROM standing
             WHERE repository = @repository AND branch = @branch`,
  stand: `INSERT OR REPLACE INTO standing (repository, branch, verdict, at_ms, job)
          VALUES (@repository, @branch, @verdict, @atMs, @job)`,
  forget: `DELETE FROM standing WHERE at_ms <= (
             SELECT at_ms FROM standing ORDER BY at_ms DESC LIMIT 1 OFFSET ${standingsMax})`,
  outdate: 'DELETE FROM waiting WHERE target = @target AND topic = @topic',
  add: `INSERT INTO waiting (target, topic, at_ms, message)
        VALUES (@target, @topic, @atMs, @message)`,
  pushOut: `DELETE FROM waiting
            WHERE id = (SELECT id FROM waiting WHERE target = @target ORDER BY id LIMIT 1)`,
  first: `SELECT id, at_ms AS atMs, refusals, message FROM waiting
          WHERE target = @target ORDER BY id LIMIT 1`,
  count: 'SELECT count(*) FROM waiting WHERE target = @target',
  refuse: 'UPDATE waiting SET refusals = refusals + 1 WHERE id = @id',
  drop: 'DELETE FROM waiting WHERE id = @id',
  targets: 'SELECT DISTINCT target FROM waiting',
  leave: 'DELETE FROM waiting WHERE target = @target',
} as const;

export class Outbox {
  readonly #database: Database.Database;
  readonly #run: Statements<typeof sql>;
  readonly #take: (place: Place, nowMs: number, outcome: Outcome) => ReadonlyMap<string, number>;
  /** How many wait for each target, where that was asked: to count ten thousand takes a while. */
  readonly #counts = new Map<string, number>();

  /** Throws `UsageError` where it cannot be had. */
  constructor(folder: string) {
    this.#database = opened(join(folder, outboxFile));
    this.#run = statementsOf(this.#database, sql);
    this.#run.forget.run();
    this.#take = this.#database.transaction(this.#taken.bind(this));
  }

  /** Null: nothing was read yet. */
  get place(): Place | null {
    return (this.#run.place.get() as Place | undefined) ?? null;
  }

  /** The journal was read so far, and nothing came of it. */
  reach(place: Place): void {
    this.#run.reach.run(place);
  }

  /** It was read so far, and that came of it. Answers of which target how many were pushed out. */
  take(place: Place, nowMs: number, outcome: Outcome): ReadonlyMap<string, number> {
    try {
      return this.#take(place, nowMs, outcome);
    } catch (error) {
      // What was counted was undone.
      this.#counts.clear();
      throw error;
    }
  }

  standingOn({ repository, branch }: Branch): Standing | null {
    const row = this.#run.standing.get({ repository: repository ?? '', branch });
    return (row as (Standing & { verdict: Verdict }) | undefined) ?? null;
  }

  /** What is to be told that target next. */
  first(target: string): Waiting | null {
    const row = this.#run.first.get({ target }) as
      | (Omit<Waiting, 'message'> & { readonly message: string })
      | undefined;
    if (row === undefined) return null;
    return { ...row, message: message.safeParse(parseJson(row.message)).data ?? null };
  }

  count(target: string): number {
    const count = this.#counts.get(target) ?? (this.#run.count.pluck().get({ target }) as number);
    this.#counts.set(target, count);
    return count;
  }

  /** It was refused once more. */
  refuse(id: number): void {
    this.#run.refuse.run({ id });
  }

  /** It was delivered, or never will be. */
  drop(target: string, id: number): void {
    this.#counted(target, -this.#run.drop.run({ id }).changes);
  }

  /** What waits for others than these is not told any more. Answers how many. */
  keepOnly(targets: readonly string[]): number {
    const all = this.#run.targets.pluck().all() as string[];
    const gone = all.filter((target) => !targets.includes(target));
    this.#counts.clear();
    return gone.reduce((sum, target) => sum + this.#run.leave.run({ target }).changes, 0);
  }

  close(): void {
    this.#database.close();
  }

  #counted(target: string, difference: number): void {
    const before = this.#counts.get(target);
    if (before !== undefined) this.#counts.set(target, before + difference);
  }

  #taken(place: Place, nowMs: number, { messages, standings }: Outcome) {
    const pushedOut = new Map<string, number>();
    for (const { target, message: told } of messages) {
      const topic = topicOf(told);
      const before = this.count(target);
      const outdated = topic === null ? 0 : this.#run.outdate.run({ target, topic }).changes;
      this.#run.add.run({ target, topic, atMs: nowMs, message: JSON.stringify(told) });
      this.#counts.set(target, before - outdated + 1);
      if (this.count(target) <= waitingMax) continue;
      this.#counted(target, -this.#run.pushOut.run({ target }).changes);
      pushedOut.set(target, (pushedOut.get(target) ?? 0) + 1);
    }
    for (const { repository, branch, standing } of standings) {
      this.#run.stand.run({ ...standing, repository: repository ?? '', branch });
    }
    this.#run.reach.run(place);
    return pushedOut;
  }
}

function opened(path: string): Database.Database {
  try {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    const found = database.pragma('user_version', { simple: true }) as number;
    if (found > version) {
      throw new UsageError(`${path} was made by a newer Trivet: use that one, or remove the file.`);
    }
    if (found === 0) database.exec(`BEGIN; ${tables} PRAGMA user_version = ${version}; COMMIT`);
    return database;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = (error as Error).message;
    throw new UsageError(
      `What is still to be told cannot be kept in ${path} (${why}): make it writable, or remove it.`,
    );
  }
}
