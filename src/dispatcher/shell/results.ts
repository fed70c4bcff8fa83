/**
 * Owns the results folder: a file for each commit with what its latest run printed, and one for each
 * job where it has several (`<commit>.<repository>~<job>`, without what is the same for all). These
 * are copies: a folder that is full, or was tampered with, costs a copy and not the dispatcher, for
 * the logs are kept.
 */

import { type Commit, short } from '../../protocol/ids.js';
import type { StepReport } from '../../protocol/work.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import type { LogName } from '../store/log-names.js';
import type { LogFiles } from '../store/logs.js';
import { lacksRoom } from '../store/no-room.js';
import { apartBy } from '../store/results-folder.js';
import { headingOf, isRest, partsOf } from './parts.js';
import { type Reading, toldApart, unnamed } from './readings.js';

/** How long a full folder is left alone. */
const retryAfterMs = 1_000;

/** So many copies are made later; of those beyond it the log alone tells. */
const unpublishedMax = 10_000;

/** A run that ended its job, and the steps that it had. */
export interface Finished {
  readonly log: LogName;
  readonly steps: readonly StepReport[];
}

export class Results {
  readonly #files: LogFiles;
  readonly #readings: (commit: Commit) => Promise<readonly Reading[]>;
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** The latest output of each commit for which there is no room. */
  readonly #unpublished = new Map<Commit, Finished>();
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

  /** Puts the output of these in place. */
  async publish(finished: readonly Finished[]): Promise<void> {
    for (const one of finished) await this.#attempt(one, () => this.#place(one));
    // One sync for all results of a turn.
    const [last] = finished;
    if (last !== undefined) await this.#attempt(last, async () => this.#files.syncPublished());
  }

  /** The same for an end that no run led to: the reason is the log's last line. */
  async publishReason(log: LogName, lines: readonly string[]): Promise<void> {
    const finished = { log, steps: [] };
    await this.#attempt(finished, async () => {
      // One that is no run's tells of the last end only.
      if (log.number === 0) this.#files.begin(log);
      for (const line of lines) this.#files.addLine(log, line);
      this.#files.release(log);
      await this.#place(finished);
    });
  }

  /** Nothing is tried again. */
  close(): void {
    this.#cancelRetry();
  }

  async #place({ log, steps }: Finished): Promise<void> {
    const readings = await this.#readings(log.commit);
    const own = readings.find(({ job }) => job === log.job);
    await this.#put({ log, steps }, own, null);
    for (const reading of readings) {
      const apart = toldApart(reading, readings);
      if (apart.length === 0 || apart.includes(unnamed)) continue;
      const name = apartBy(...apart);
      if (reading === own) await this.#put({ log, steps }, reading, name);
      // One that is asked for again in the same turn is not over any more, and has its result.
      else if (reading.isOver && reading.log !== null) await this.#putIfMissing(reading, name);
    }
  }

  async #put({ log, steps }: Finished, reading: Reading | undefined, apart: string | null) {
    if (steps.length === 0 || reading === undefined) {
      this.#files.publish(log, apart);
      return;
    }
    const parts = partsOf({ ...reading, log, steps, isOver: true }).filter((part) => !isRest(part));
    const texts = parts.map((part) => ({ heading: headingOf(part), log: part.log }));
    const breathe = () => new Promise<void>((resolve) => this.#clock.soon(resolve));
    await this.#files.publishAll(texts, log.commit, apart, breathe);
  }

  /** Of one that ended before others of its commit were known. */
  async #putIfMissing(reading: Reading, apart: string): Promise<void> {
    const { log, steps } = reading;
    if (log === null || (steps.length > 0 && this.#files.isPublished(log.commit, apart))) return;
    await this.#put({ log, steps }, reading, apart);
  }

  async #attempt(finished: Finished, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isFull = lacksRoom(error);
      if (isFull) this.#placeLater(finished);
      // The first of many: the others have the same reason.
      if (isFull && this.#unpublished.size > 1) return;
      const why = error instanceof Error ? error.message : String(error);
      const later = isFull ? ', and put there when there is room' : '';
      const { commit } = finished.log;
      const msg = `the output of ${short(commit)} could not be put in place (${why}): its log is kept${later}`;
      this.#tell({ event: 'results-not-published', commit, level: 'warn', msg });
    }
  }

  #placeLater(finished: Finished): void {
    if (this.#unpublished.size === 0) this.#awaitRoom();
    if (this.#unpublished.size < unpublishedMax) {
      this.#unpublished.set(finished.log.commit, finished);
    }
  }

  #awaitRoom(): void {
    this.#cancelRetry = this.#clock.after(retryAfterMs, () => void this.#placeAgain());
  }

  /** In the order in which they came, up to the first for which there is still no room. */
  async #placeAgain(): Promise<void> {
    try {
      for (const [commit, finished] of this.#unpublished) {
        await this.#place(finished);
        // Meanwhile a newer one may have taken its place.
        if (this.#unpublished.get(commit) === finished) this.#unpublished.delete(commit);
      }
      this.#files.syncPublished();
      this.#tell({ event: 'results-published', msg: 'all output is in place' });
    } catch {
      // Still full, or gone: it was told of, and their logs are kept.
      this.#awaitRoom();
    }
  }
}
