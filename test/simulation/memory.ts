/**
 * Owns the database that outlives the dispatcher's processes, and the store as one process sees
 * it: the real `SqliteStore`, with a SIGKILL possible before, in and after every transaction (in
 * it: the transaction is gone, as SQLite rolls it back), and with a disk that can be full.
 */

import Database from 'better-sqlite3';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { Vault } from '../../src/dispatcher/secrets/vault.js';
import { storeUpon } from '../../src/dispatcher/store/promises.js';
import type { Queries } from '../../src/dispatcher/store/queries.js';
import { questionsOf } from '../../src/dispatcher/store/questions.js';
import { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import type { ListChange, Store } from '../../src/dispatcher/store/store.js';
import type { Refusal } from './disk.js';
import type { Life } from './life.js';
import { repository } from './machine.js';
import { secretName, secretValue } from './plans.js';

/** Hears of each transaction once it is durable, before the process does anything further. */
export type Appended = (entries: readonly Entry[], listChanges: readonly ListChange[]) => void;

export class Memory {
  /** What a transaction held that was the last to become durable. */
  lastAppended: readonly Entry[] = [];
  /** What the disk below it says at present; see `SimulatedDisk`. */
  refusal: Refusal | null = null;
  #database = preparingOnce(new Database(':memory:'));
  readonly #appended: Appended;
  readonly #delayMs: () => number;

  /** `delayMs`: how long the next answer takes. */
  constructor(appended: Appended, delayMs: () => number) {
    this.#appended = appended;
    this.#delayMs = delayMs;
  }

  /** All that is in it, to be put back some day. */
  copy(): Buffer {
    return this.#database.serialize();
  }

  /** From now on, just that is in it; null: nothing. */
  putBack(copy: Buffer | null): void {
    this.#database.close();
    this.#database = preparingOnce(new Database(copy ?? ':memory:'));
    this.lastAppended = [];
  }

  /** The store, opened by a process that just started. Its answers take as long as this world's take. */
  open(life: Life): Store {
    const sqlite = this.#store();
    const store = storeUpon(sqlite);
    const answered = <Args extends unknown[], Value>(ask: (...args: Args) => Promise<Value>) => {
      return async (...args: Args) => {
        await this.#wait(life);
        this.#reach(life);
        return ask(...args);
      };
    };
    return {
      // A process that cannot read it then ends at once: a machine starts none where its disk refuses.
      recover: async () => {
        await this.#wait(life);
        return store.recover();
      },
      append: async (entries, listChanges, tested) => {
        const refusedAtFirst = this.#refused();
        await this.#wait(life);
        // What had no room at first says so late.
        const refusal = refusedAtFirst ?? this.#refused();
        if (refusal !== null && life.isAlive) throw refusal;
        if (!life.step()) return new Promise(() => {});
        const seq = sqlite.append(entries, listChanges, tested);
        this.lastAppended = entries;
        this.#appended(entries, listChanges);
        life.step();
        return seq;
      },
      history: answered((job) => store.history(job)),
      jobsOf: answered((commit) => store.jobsOf(commit)),
      commitsLike: answered((beginning, most) => store.commitsLike(beginning, most)),
      lacking: answered((commits, repository) => store.lacking(commits, repository)),
      newestOn: answered((repository, branch) => store.newestOn(repository, branch)),
      hasJobs: answered((repository) => store.hasJobs(repository)),
      isRecorded: answered((run) => store.isRecorded(run)),
      close: () => {},
    };
  }

  /** As SQLite says it. Its files are open: whoever changes rights does not reach them. */
  #refused(): Error | null {
    switch (this.refusal) {
      case 'ENOSPC':
        return Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      case 'EIO':
        return Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
      default:
        return null;
    }
  }

  /** Nothing can be read of a disk that does not work. */
  #reach(life: Life): void {
    if (this.refusal !== 'EIO' || !life.isAlive) return;
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' });
  }

  #wait(life: Life): Promise<void> {
    const delayMs = this.#delayMs();
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => life.clock.after(delayMs, resolve));
  }

  /** Questions about the past, which are answered a while later. */
  queries(life: Life): Queries {
    const ask = questionsOf(this.#database);
    const later = <Asked, Rows>(answer: (question: Asked) => Rows) => {
      return (question: Asked) =>
        new Promise<Rows>((resolve, reject) => {
          life.clock.soon(() => {
            try {
              this.#reach(life);
              resolve(answer(question));
            } catch (error) {
              reject(error);
            }
          });
        });
    };
    return {
      commits: later(ask.commits),
      story: later(ask.story),
      run: later(ask.run),
      runsOf: later(ask.runsOf),
      commitThen: later(ask.commitThen),
      sightings: later(ask.sightings),
      life: later(ask.life),
      branches: later(ask.branches),
      durations: later(ask.durations),
      journal: later(ask.journal),
      past: later(ask.past),
      failing: later(ask.failing),
      flaky: later(ask.flaky),
      testHistory: later(ask.testHistory),
    };
  }

  /** What is kept of secrets, with a key that nobody loses; there is one. */
  async openVault(): Promise<Vault> {
    const key = Buffer.alloc(32, 7);
    const { secrets } = this.#store();
    const file = { path: '/key', read: () => key, make: () => key, isExposed: () => false };
    const vault = await Vault.open(secrets, file);
    const scope = { name: secretName, repository, branches: [], events: ['push'] };
    await vault.set(scope, secretValue);
    return vault;
  }

  /** As nobody's process sees it, for those who check. */
  look(): SqliteStore {
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
