/**
 * Owns the runs in hand and the slots that they take. Never decides what is said about them.
 * Invariant: a slot is free or has one run. A run in hand is going on in its slot, or has ended,
 * and stays in hand until the dispatcher has recorded its result or no longer wants it.
 */

import type { Report } from '../protocol/bodies.js';
import type { RunId } from '../protocol/ids.js';
import type { Job, KeptRun } from './events.js';

export interface Held {
  readonly job: Job;
  /** Null once the suite has ended and the slot is free. */
  slot: number | null;
  /** How it ended; null while it goes on. */
  report: Report | null;
  /** Its suite was told to end before its time. */
  ending: boolean;
  /** The dispatcher does not want its result. */
  revoked: boolean;
  /** A classic dispatcher is being offered the result. */
  delivering: boolean;
}

/** What is in hand, for those who want to leave. */
export interface Awaited {
  readonly going: readonly Job[];
  /** Of these, those that were not told to end. */
  readonly goingOn: readonly Job[];
  readonly undelivered: readonly Job[];
}

export class Hand {
  readonly #held = new Map<RunId, Held>();
  /** The slot that has been free for longest stands first: it had the most time to be cleaned. */
  readonly #free: number[];

  constructor(slots: number, kept: readonly KeptRun[]) {
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    for (const { job, report } of kept) this.#add(job, null, report);
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  get isFull(): boolean {
    return this.#free.length === 0;
  }

  get(run: RunId): Held | undefined {
    return this.#held.get(run);
  }

  all(): Held[] {
    return [...this.#held.values()];
  }

  /** Those whose suites are going on. */
  going(): Held[] {
    return this.all().filter(({ slot }) => slot !== null);
  }

  /** Those that a dispatcher of ours may still want. */
  wanted(): Held[] {
    return this.all().filter(({ job, revoked }) => !job.classic && !revoked);
  }

  awaited(): Awaited {
    const of = (held: readonly Held[]) => held.map(({ job }) => job);
    return {
      going: of(this.going()),
      goingOn: of(this.going().filter(({ ending }) => !ending)),
      undelivered: of(this.all().filter(({ report }) => report !== null)),
    };
  }

  /** Gives the run a slot, and answers which; null where none is free. */
  take(job: Job): number | null {
    const slot = this.#free.shift() ?? null;
    if (slot !== null) this.#add(job, slot, null);
    return slot;
  }

  /** The run's suite has ended: its slot is free, the run is still in hand. */
  vacate({ run }: Job): Held {
    const held = this.#held.get(run);
    if (held === undefined || held.slot === null) throw new Error(`${run} ended unstarted`);
    this.#free.push(held.slot);
    held.slot = null;
    return held;
  }

  drop(run: RunId): void {
    this.#held.delete(run);
  }

  #add(job: Job, slot: number | null, report: Report | null): void {
    this.#held.set(job.run, {
      job,
      slot,
      report,
      ending: false,
      revoked: false,
      delivering: false,
    });
  }
}
