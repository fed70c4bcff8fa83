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
import type { JobId } from '../core/journal.js';
import type { LogName } from '../store/log-names.js';
import type { LogFiles } from '../store/logs.js';
import { isForWaiting, lacksRoom } from '../store/no-room.js';
import { apartBy } from '../store/results-folder.js';
import { headingOf, isRest, partsOf } from './parts.js';
import { type Reading, toldApart, unnamed } from './readings.js';

/** How long a folder that is full, or refuses, is left alone. */
const retryAfterMs = 1_000;

/** So many copies are made later; of those beyond it the log alone tells. */
const unpublishedMax = 10_000;

/** A run that ended its job, and the steps that it had. */
export interface Finished {
  readonly log: LogName;
  readonly steps: readonly StepReport[];
}

interface Unpublished extends Finished {
  /** No other job of its commit has ended since. */
  isLatest: boolean;
}

export class Results {
  readonly #files: LogFiles;
  readonly #readings: (commit: Commit) => Promise<readonly Reading[]>;
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** The latest output of each job that could not be put in place, in the order of their ends. */
  readonly #unpublished = new Map<JobId, Unpublished>();
  /** Two at a time would write into one draft. */
  #underway: Promise<unknown> = Promise.resolve();
  #isToldOf = false;
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
    for (const one of finished) {
      this.#outdo(one);
      await this.#attempt(one, () => this.#inTurn(() => this.#place(one)));
    }
    // One sync for all results of a turn.
    const last = finished.at(-1);
    if (last !== undefined) await this.#attempt(last, async () => this.#files.syncPublished());
  }

  /** The same for an end that no run led to: the reason is the log's last line. */
  async publishReason(log: LogName, lines: readonly string[]): Promise<void> {
    const finished = { log, steps: [] };
    this.#outdo(finished);
    await this.#attempt(finished, async () => {
      // One that is no run's tells of the last end only.
      if (log.number === 0) this.#files.begin(log);
      for (const line of lines) this.#files.addLine(log, line);
      this.#files.release(log);
      await this.#inTurn(() => this.#place(finished));
    });
  }

  /** Nothing is tried again. */
  close(): void {
    this.#cancelRetry();
  }

  async #place({ log, steps }: Finished, isLatest = true): Promise<void> {
    const readings = await this.#readings(log.commit);
    const own = readings.find(({ job }) => job === log.job);
    if (isLatest) await this.#put({ log, steps }, own, null);
    for (const reading of readings) {
      const apart = toldApart(reading, readings);
      if (apart.length === 0 || apart.includes(unnamed)) continue;
      const name = apartBy(...apart);
      if (reading === own) await this.#put({ log, steps }, reading, name);
      // One that is asked for again in the same turn is not over any more, and has its result.
      else if (reading.isOver && reading.log !== null) await this.#putIfMissing(reading, name);
    }
    this.#unpublished.delete(log.job);
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
    if (log === null || this.#files.isPublished(log.commit, apart)) return;
    await this.#put({ log, steps }, reading, apart);
  }

  async #attempt(finished: Finished, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { commit } = finished.log;
      const isForLater = isForWaiting(error);
      if (isForLater) this.#placeLater(finished);
      // The others have the same reason.
      if (isForLater && this.#isToldOf) return;
      this.#isToldOf = isForLater;
      const why = error instanceof Error ? error.message : String(error);
      const once = lacksRoom(error) ? 'when there is room' : 'once that can be done';
      const later = isForLater ? `, and put there ${once}` : '';
      const msg = `the output of ${short(commit)} could not be put in place (${why}): its log is kept${later}`;
      this.#tell({ event: 'results-not-published', commit, level: 'warn', msg });
    }
  }

  /** What waits of its commit is not the latest any more. */
  #outdo({ log: { commit } }: Finished): void {
    for (const waiting of this.#unpublished.values()) {
      if (waiting.log.commit === commit) waiting.isLatest = false;
    }
  }

  /** Begins once whatever was asked for before is over. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#underway.then(work);
    this.#underway = done.catch(() => {});
    return done;
  }

  #placeLater({ log, steps }: Finished): void {
    if (this.#unpublished.size === 0) this.#tryLater();
    this.#unpublished.delete(log.job);
    if (this.#unpublished.size < unpublishedMax)
      this.#unpublished.set(log.job, { log, steps, isLatest: true });
  }

  #tryLater(): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(retryAfterMs, () => void this.#placeAgain());
  }

  /** Up to the first that still cannot be: the others come before it the next time. */
  async #placeAgain(): Promise<void> {
    for (const [job, waiting] of this.#unpublished) {
      // Meanwhile a newer one may have come.
      const isWaiting = () => this.#unpublished.get(job) === waiting;
      try {
        await this.#inTurn(async () => {
          if (isWaiting()) await this.#place(waiting, waiting.isLatest);
        });
      } catch {
        // It was told of, and its log is kept.
        if (isWaiting()) {
          this.#unpublished.delete(job);
          this.#unpublished.set(job, waiting);
        }
        break;
      }
    }
    if (this.#unpublished.size > 0) return this.#tryLater();
    await this.#inTurn(async () => this.#files.syncPublished()).catch(() => {});
    this.#isToldOf = false;
    this.#tell({ event: 'results-published', msg: 'all output is in place' });
  }
}
