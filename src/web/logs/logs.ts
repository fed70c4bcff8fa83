/**
 * Owns what the page knows of logs: where each is, when what came, and the thread that reads them.
 * Never reads a log in the dispatcher's own thread; what it does for each chunk is to note a time.
 */

import type { Publication } from '../../dispatcher/feed/publication.js';
import { type LogId, ownerOf, type RunId } from '../../protocol/ids.js';
import type { Behind } from '../behind.js';
import { Arrivals } from './arrivals.js';
import type { AboutLog } from './indexed-log.js';
import { LogThread } from './log-thread.js';
import { keepTimes } from './times.js';

/** A log that came within less has no times: they would all be the same. */
const apartMsWorth = 1_000;

/** A log that is longer is indexed as soon as its run is over, before anybody asks. */
const bytesWorth = 4 * 1_024 * 1_024;

export class Logs {
  readonly #behind: Pick<Behind, 'findLog' | 'follow'>;
  readonly #unfollow: () => void;
  readonly thread = new LogThread();
  /** Of the runs that go on. */
  readonly #arrivals = new Map<RunId, Map<LogId, Arrivals>>();

  constructor(behind: Pick<Behind, 'findLog' | 'follow'>) {
    this.#behind = behind;
    this.#unfollow = behind.follow((batch) => {
      for (const publication of batch) this.#hear(publication);
    });
  }

  /** What the thread must know of it; null: there is no such log. */
  async about(log: LogId): Promise<AboutLog | null> {
    const at = await this.#behind.findLog(log);
    if (at === null) return null;
    const arrivals = this.#arrivals.get(ownerOf(log).run)?.get(log);
    return { ...at, arrivals: arrivals?.all ?? null };
  }

  close(): void {
    this.#unfollow();
    void this.thread.close();
  }

  #hear(publication: Publication): void {
    if (publication.kind === 'log') {
      const { run, log, logBytes, atMs } = publication;
      const known = this.#arrivals.get(run);
      const logs = known ?? new Map<LogId, Arrivals>();
      // Of a run that began before we did nobody knows when its first part came.
      const arrivals = logs.get(log) ?? new Arrivals(known === undefined ? logBytes : 0);
      arrivals.grew(logBytes, atMs);
      this.#arrivals.set(run, logs.set(log, arrivals));
    } else if (publication.kind === 'entry') {
      const { entry, job } = publication;
      if (entry.kind === 'leased') this.#arrivals.set(entry.run, new Map());
      // The end of a job ends what else goes on of it: nobody wants its result any more.
      else if (entry.kind === 'finished') for (const { id } of job.runs) this.#end(id);
      else if ('run' in entry && entry.kind !== 'resumed') this.#end(entry.run);
    }
  }

  #end(run: RunId): void {
    const logs = this.#arrivals.get(run);
    if (logs === undefined) return;
    this.#arrivals.delete(run);
    for (const [log, arrivals] of logs) void this.#keep(log, arrivals);
  }

  async #keep(log: LogId, { all, spanMs, bytes }: Arrivals): Promise<void> {
    if (spanMs < apartMsWorth && bytes < bytesWorth) return;
    try {
      const at = await this.#behind.findLog(log);
      if (at === null) return;
      if (spanMs >= apartMsWorth) await keepTimes(at.path, all);
      const about = { ...at, arrivals: null };
      if (bytes >= bytesWorth) await this.thread.outline({ log: about });
    } catch {
      // The past cannot be read, or the thread has ended: whoever opens the log waits a moment longer.
    }
  }
}
