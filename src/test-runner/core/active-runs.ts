/**
 * Owns the runs in hand and the slots that they take. Never decides what is said about them.
 * There are at least as many slots as runs are offered at once, and more where it once were more.
 * Invariant: a slot is free or has one run. A run in hand is going on in its slot, or has ended,
 * and stays in hand until the dispatcher has recorded its result or no longer wants it.
 */

import type { RunId } from '../../protocol/ids.js';
import type { Report } from '../../protocol/job-bodies.js';
import type { KeptRun, Run } from './events.js';

export interface Held {
  readonly run: Run;
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
export interface StillInHand {
  readonly going: readonly Run[];
  /** Of these, those that were not told to end. */
  readonly goingOn: readonly Run[];
  readonly undelivered: readonly Run[];
}

export class ActiveRuns {
  readonly #held = new Map<RunId, Held>();
  /** The slot that has been free for longest stands first: it had the most time to be cleaned. */
  readonly #free: number[] = [];
  /** How many there are, free ones and others. */
  #slots = 0;
  #capacity = 0;

  /** So many suites may go on at once from now on. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    for (; this.#slots < capacity; this.#slots += 1) this.#free.push(this.#slots);
  }

  /** Results that an earlier process has left are in hand from now on. */
  adopt(kept: readonly KeptRun[]): void {
    for (const { run, report } of kept) this.#add(run, null, report);
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  get isFull(): boolean {
    return this.going().length >= this.#capacity;
  }

  get(id: RunId): Held | undefined {
    return this.#held.get(id);
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
    return this.all().filter(({ run, revoked }) => !run.classic && !revoked);
  }

  awaited(): StillInHand {
    const of = (held: readonly Held[]) => held.map(({ run }) => run);
    return {
      going: of(this.going()),
      goingOn: of(this.going().filter(({ ending }) => !ending)),
      undelivered: of(this.all().filter(({ report }) => report !== null)),
    };
  }

  /** Gives the run a slot, and answers which; null where none is free. */
  take(run: Run): number | null {
    const slot = this.#free.shift() ?? null;
    if (slot !== null) this.#add(run, slot, null);
    return slot;
  }

  /** The run's suite has ended: its slot is free, the run is still in hand. */
  vacate({ id }: Run): Held {
    const held = this.#held.get(id);
    if (held === undefined || held.slot === null) throw new Error(`${id} ended unstarted`);
    this.#free.push(held.slot);
    held.slot = null;
    return held;
  }

  drop(id: RunId): void {
    this.#held.delete(id);
  }

  #add(run: Run, slot: number | null, report: Report | null): void {
    this.#held.set(run.id, {
      run,
      slot,
      report,
      ending: false,
      revoked: false,
      delivering: false,
    });
  }
}
