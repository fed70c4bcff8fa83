/**
 * Owns the removal of what `--keep` lets go, in bites so small that nobody notices: first the logs
 * and their public names, then the entries and rows of a few commits in one transaction, then a pause.
 * Never decides what may go (keep.ts, removal.ts), and never touches what the core has in memory.
 * Invariant: after a crash between any two steps, rows may lack a log, never a log its rows.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import type { JobId } from '../core/journal.js';
import { blockBytes, type Keep, keeping, mayBeBeyond } from './keep.js';
import type { LogFiles } from './logs.js';
import type { PastRow, Queries } from './queries.js';
import type { Removal } from './removal.js';
import { apartBy } from './results-folder.js';

/** After a start others come first; from then on it looks once an hour. */
const firstAfterMs = 2_000;
const againAfterMs = 3_600_000;

/** Commits that are looked at, and that are removed, at once: a millisecond or two of work. */
const pageCommits = 50;
const biteCommits = 5;

/** With these pauses some seventy commits go in a second, more than any pool tests. */
const pauseMs = 50;

export interface Past {
  readonly keep: Keep;
  readonly clock: Clock;
  readonly store: Removal & {
    /** When the oldest job was accepted; Infinity where there is none. */
    oldestAtMs(): number;
  };
  readonly queries: Pick<Queries, 'past'>;
  readonly logs: LogFiles;
  /** Whether the core has that job in memory, and may yet speak of it. */
  readonly isRemembered: (job: JobId) => boolean;
  readonly tell: Tell;
}

export class Keeper {
  readonly #past: Past;
  #keep: Keep;
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(past: Past) {
    this.#past = past;
    this.#keep = past.keep;
    this.#after(firstAfterMs);
  }

  /** From the next look on. */
  keep(keep: Keep): void {
    this.#keep = keep;
  }

  /** Touches nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #after(delayMs: number): void {
    this.#cancel = this.#past.clock.after(delayMs, () => void this.#sweepAndTell());
  }

  async #sweepAndTell(): Promise<void> {
    const { tell } = this.#past;
    try {
      const commits = await this.#sweep();
      const msg = `${commits} commits are no longer kept, with their jobs and logs (--keep)`;
      if (commits > 0) tell({ event: 'removed', commits, msg });
    } catch (error) {
      // A full disk, or a thread that ended: what is left waits for the next time.
      const why = error instanceof Error ? error.message : String(error);
      const msg = `what --keep lets go could not all be removed (${why}): it is tried again`;
      if (!this.#isClosed) tell({ event: 'not-removed', level: 'warn', msg });
    }
    if (!this.#isClosed) this.#after(againAfterMs);
  }

  /** Goes through all of the past, newest first; answers how many commits it removed. */
  async #sweep(): Promise<number> {
    const { clock, store, queries } = this.#past;
    const keep = this.#keep;
    const nowMs = clock.nowMs();
    // So a store that is young, or keeps all, never starts the thread that reads the past.
    if (!mayBeBeyond(keep, nowMs - store.oldestAtMs())) return 0;
    const isBeyond = keeping(keep, nowMs);
    let removed = 0;
    let page = await queries.past({ most: pageCommits });
    for (;;) {
      const last = page.at(-1);
      if (last === undefined || this.#isClosed) return removed;
      const beyond: PastRow[] = [];
      for (const row of page) {
        const logBytes = await this.#logBytesOf(row);
        if (isBeyond({ finishedAtMs: row.finishedAtMs, logBytes })) beyond.push(row);
      }
      for (let first = 0; first < beyond.length; first += biteCommits) {
        removed += await this.#bite(beyond.slice(first, first + biteCommits));
        await this.#pause();
      }
      await this.#pause();
      page = await queries.past({ before: last.position, most: pageCommits });
    }
  }

  /** On disk is looked for what no runner reported, a run at a time: it may have many steps. */
  async #logBytesOf({ commit, runs }: PastRow): Promise<number> {
    const { logs } = this.#past;
    let sum = 0;
    for (const { job, number, logBytes, stepLogBytes } of runs) {
      if (this.#isClosed) return sum;
      const name = { commit, job, number };
      sum += Math.max(logBytes ?? logs.size(name), blockBytes) + stepLogBytes;
      if (logBytes !== null) continue;
      for (const step of logs.steps(name))
        sum += Math.max(logs.size({ ...name, step }), blockBytes);
      await this.#pause();
    }
    return sum;
  }

  async #bite(rows: readonly PastRow[]): Promise<number> {
    const { store, logs } = this.#past;
    const free = rows.filter((row) => this.#isFree(row) && store.isRemovable(row));
    for (const row of free) {
      if (this.#isClosed) return 0;
      const { commit, repository, jobs, runs } = row;
      const isShared = store.others(row).some((other) => !free.some(isOf(commit, other)));
      for (const { job, name } of jobs) {
        const ours = runs.filter((run) => run.job === job);
        const whosoever = [null, apartBy(name)];
        const own = repository === null ? [] : [apartBy(repository), apartBy(repository, name)];
        // A job that ended without a run has a log of its own, numbered 0.
        for (const { number } of [{ number: 0 }, ...ours]) {
          const log = { commit, job, number };
          if (isShared) await logs.discard(log, own, whosoever);
          else await logs.discard(log, [...own, ...whosoever]);
        }
      }
    }
    // Meanwhile somebody may have asked for one of them to be tested again.
    return this.#isClosed ? 0 : store.remove(free.filter((row) => this.#isFree(row)));
  }

  #isFree({ jobs }: PastRow): boolean {
    return !jobs.some(({ job }) => this.#past.isRemembered(job));
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#cancel = this.#past.clock.after(pauseMs, resolve);
    });
  }
}

function isOf(commit: Commit, repository: string | null): (row: PastRow) => boolean {
  return (row) => row.commit === commit && row.repository === repository;
}
