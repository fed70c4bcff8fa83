/**
 * Owns the results folder: a file for each commit with what its latest run printed, and one for each
 * job where it has several (`<commit>.<repository>~<job>`, without what is the same for all). These
 * are copies: a folder that is full, or was tampered with, costs a copy and not the dispatcher, for
 * the logs are kept.
 */

import { type Commit, short } from '../../protocol/ids.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import { apartBy, type LogFiles, type LogName } from '../store/logs.js';
import { lacksRoom } from '../store/no-room.js';
import { type Reading, toldApart, unnamed } from './readings.js';

/** How long a full folder is left alone. */
const retryAfterMs = 1_000;

/** So many copies are made later; of those beyond it the log alone tells. */
const unpublishedMax = 10_000;

export class Results {
  readonly #files: LogFiles;
  readonly #readings: (commit: Commit) => Promise<readonly Reading[]>;
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** The latest output of each commit for which there is no room. */
  readonly #unpublished = new Map<Commit, LogName>();
  #cancelRetry: Cancel = () => {};

  /** `readings` answers every job of a commit. */
  constructor(
    files: LogFiles,
    readings: (commit: Commit) => Promise<readonly Reading[]>,
    clock: Clock,
    tell: Tell,
  ) {
    this.#files = files;
    this.#readings = readings;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Puts these logs in place. */
  async publish(names: readonly LogName[]): Promise<void> {
    for (const name of names) await this.#attempt(name, () => this.#place(name));
    // One sync for all results of a turn.
    const [last] = names;
    if (last !== undefined) await this.#attempt(last, async () => this.#files.syncPublished());
  }

  /** The same for an end that no run led to: the reason is the log's last line. */
  async publishReason(name: LogName, reason: string): Promise<void> {
    await this.#attempt(name, async () => {
      // One that is no run's tells of the last end only.
      if (name.number === 0) this.#files.begin(name);
      this.#files.addLine(name, `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
      this.#files.release(name);
      await this.#place(name);
    });
  }

  /** Nothing is tried again. */
  close(): void {
    this.#cancelRetry();
  }

  async #place(name: LogName): Promise<void> {
    this.#files.publish(name);
    const readings = await this.#readings(name.commit);
    for (const reading of readings) {
      const apart = toldApart(reading, readings);
      if (apart.length === 0 || apart.includes(unnamed)) continue;
      // One that is asked for again in the same turn is not over any more, and has its result.
      const log = reading.job === name.job ? name : reading.isOver ? reading.log : null;
      if (log !== null) this.#files.publish(log, apartBy(...apart));
    }
  }

  async #attempt(name: LogName, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isFull = lacksRoom(error);
      if (isFull) this.#placeLater(name);
      // The first of many: the others have the same reason.
      if (isFull && this.#unpublished.size > 1) return;
      const why = error instanceof Error ? error.message : String(error);
      const later = isFull ? ': its log is kept, and put there when there is room' : '';
      const msg = `the output of ${short(name.commit)} could not be put in place (${why})${later}`;
      this.#tell({ event: 'results-not-published', commit: name.commit, level: 'warn', msg });
    }
  }

  #placeLater(name: LogName): void {
    if (this.#unpublished.size === 0) this.#awaitRoom();
    if (this.#unpublished.size < unpublishedMax) this.#unpublished.set(name.commit, name);
  }

  #awaitRoom(): void {
    this.#cancelRetry = this.#clock.after(retryAfterMs, () => void this.#placeAgain());
  }

  /** In the order in which they came, up to the first for which there is still no room. */
  async #placeAgain(): Promise<void> {
    try {
      for (const [commit, name] of this.#unpublished) {
        await this.#place(name);
        // Meanwhile a newer one may have taken its place.
        if (this.#unpublished.get(commit) === name) this.#unpublished.delete(commit);
      }
      this.#files.syncPublished();
      this.#tell({ event: 'results-published', msg: 'all output is in place' });
    } catch {
      // Still full, or gone: it was told of, and their logs are kept.
      this.#awaitRoom();
    }
  }
}
