/**
 * Owns the logs that are being read, each with its index, as many as are looked at lately; and the
 * questions about them. Runs in a thread (log-worker.ts): a dispatcher never waits for it.
 */

import type { LogLines, LogOutline, LogSearch } from '../../protocol/log-documents.js';
import { type AboutLog, IndexedLog } from './indexed-log.js';

/** An index takes 150 KB for 100 MB of log. */
const logsMax = 64;

export interface LinesQuestion {
  readonly log: AboutLog;
  /** From 1; below that, from the end. */
  readonly from: number;
  readonly count: number;
}

export interface SearchQuestion {
  readonly log: AboutLog;
  readonly query: string;
  /** Lists what is behind that line; 0 is before the first. */
  readonly after: number;
}

export class LogReader {
  readonly #logs = new Map<string, IndexedLog>();

  outline({ log }: { readonly log: AboutLog }): Promise<LogOutline> {
    return this.#of(log).outline(log);
  }

  lines({ log, from, count }: LinesQuestion): Promise<LogLines> {
    return this.#of(log).lines(log, from, count);
  }

  search({ log, query, after }: SearchQuestion, isWanted: () => boolean): Promise<LogSearch> {
    return this.#of(log).search(log, { query, after }, isWanted);
  }

  #of({ path }: AboutLog): IndexedLog {
    const log = this.#logs.get(path) ?? new IndexedLog(path);
    // Those that were asked for last are at the end.
    this.#logs.delete(path);
    this.#logs.set(path, log);
    const [oldest] = this.#logs.keys();
    if (oldest !== undefined && this.#logs.size > logsMax) this.#logs.delete(oldest);
    return log;
  }
}
