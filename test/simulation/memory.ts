/**
 * Owns the database that outlives the dispatcher's processes, and the store as one process sees
 * it: the real `SqliteStore`, with a SIGKILL possible before, in and after every transaction (in
 * it: the transaction is gone, as SQLite rolls it back), and with a disk that can be full.
 */

import Database from 'better-sqlite3';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import type { Queries } from '../../src/dispatcher/store/queries.js';
import { questionsOf } from '../../src/dispatcher/store/questions.js';
import { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import type { Store } from '../../src/dispatcher/store/store.js';
import type { Life } from './life.js';

class DatabaseFull extends Error {
  readonly code = 'SQLITE_FULL';
}

/** Hears of each transaction once it is durable, before the process does anything further. */
export type Appended = (entries: readonly Entry[]) => void;

export class Memory {
  /** Entries that the latest process decided and, being dead, could not write any more. */
  unwritten: readonly Entry[] = [];
  #isFull = false;
  #isBehind = false;
  #database = preparingOnce(new Database(':memory:'));
  readonly #appended: Appended;

  constructor(appended: Appended) {
    this.#appended = appended;
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull;
    if (isFull) this.#isBehind = true;
  }

  /** There was no room, and nothing was written since: what its process decided may wait for that. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** All that is in it, to be put back some day. */
  copy(): Buffer {
    return this.#database.serialize();
  }

  /** From now on, just that is in it; null: nothing. */
  putBack(copy: Buffer | null): void {
    this.#database.close();
    this.#database = preparingOnce(new Database(copy ?? ':memory:'));
    this.#isBehind = this.#isFull;
    this.unwritten = [];
  }

  /** The store, opened by a process that just started. */
  open(life: Life): Store {
    const store = this.#store();
    this.unwritten = [];
    const write = (work: () => void) => {
      if (this.#isFull && life.isAlive) throw new DatabaseFull('database or disk is full');
      if (!life.step()) return;
      work();
      life.step();
    };
    return {
      append: (entries) => {
        let seq = 0;
        write(() => {
          seq = store.append(entries);
          this.#isBehind = false;
          this.#appended(entries);
        });
        if (seq === 0) this.unwritten = [...this.unwritten, ...entries];
        return seq;
      },
      unfinished: () => store.unfinished(),
      history: (job) => store.history(job),
      jobsOf: (commit) => store.jobsOf(commit),
      commitsLike: (beginning, most) => store.commitsLike(beginning, most),
      hasJob: (commit, repository) => store.hasJob(commit, repository),
      hasJobs: (repository) => store.hasJobs(repository),
      isRecorded: (run) => store.isRecorded(run),
      lastSeq: () => store.lastSeq(),
      lastAtMs: () => store.lastAtMs(),
      nextJob: () => store.nextJob(),
      repositories: () => store.repositories(),
      classicRunners: () => store.classicRunners(),
      rememberRunner: (address) => write(() => store.rememberRunner(address)),
      forgetRunner: (address) => write(() => store.forgetRunner(address)),
      close: () => {},
    };
  }

  /** Questions about the past, which are answered a while later. */
  queries(life: Life): Pick<Queries, 'journal'> {
    const { journal } = questionsOf(this.#database);
    return {
      journal: (question) =>
        new Promise((resolve) => life.clock.soon(() => resolve(journal(question)))),
    };
  }

  /** As nobody's process sees it, for those who check. */
  look(): Store {
    return this.#store();
  }

  close(): void {
    this.#database.close();
  }

  #store(): SqliteStore {
    return new SqliteStore(this.#database, { release: () => {} });
  }
}

/** Each process prepares its statements anew: where there are hundreds of them, that takes long. */
function preparingOnce(database: Database.Database): Database.Database {
  const prepare = database.prepare.bind(database);
  const prepared = new Map<string, Database.Statement>();
  database.prepare = ((text: string) => {
    const statement = prepared.get(text) ?? prepare(text);
    prepared.set(text, statement);
    return statement;
  }) as typeof database.prepare;
  return database;
}
