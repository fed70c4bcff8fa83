/**
 * Owns what one look found, until all of it is handed over: what was read so far goes to the
 * dispatcher while the rest is still being read.
 * Never asks git, never knows a connection. Invariant: what is handed over was read before.
 */

import type { Commit } from '../protocol/ids.js';
import type { Happening } from './events.js';
import type { Broken, Change, Look, Walk, Walked } from './news.js';
import { type Brought, Reading } from './reading.js';
import { type Batch, type Handover, handover, type Progress, Round } from './round.js';

/** What reading on came to. */
interface Read {
  readonly walk: Walk | null;
  readonly found: readonly Happening[];
  readonly done: readonly Batch[];
}

export class Findings {
  readonly #look: Look;
  readonly #reading: Reading;
  readonly #round = new Round();

  /** `changes` of the look; from `reached` on nothing is news. */
  constructor(
    look: Look = { tips: [], broken: [] },
    changes: readonly Change[] = [],
    reached: readonly Commit[] = [],
    latestOnly = false,
  ) {
    this.#look = look;
    this.#reading = new Reading(changes, reached, latestOnly);
  }

  get isRead(): boolean {
    return this.#reading.isDone;
  }

  get isHandedOver(): boolean {
    return this.isRead && this.#round.finished;
  }

  /** Nothing is new. */
  get isEmpty(): boolean {
    return this.isRead && this.#round.isEmpty;
  }

  /** Branches that could not be read. */
  get broken(): Broken[] {
    return [...this.#look.broken, ...this.#reading.broken];
  }

  get outstanding(): number {
    return this.#round.outstanding;
  }

  get lastAccepted(): Commit[] {
    return this.#round.lastAccepted;
  }

  /** Reads until git must be asked, or all is read. `walked`: what git was asked for last. */
  readOn(walked: Walked | null = null): Read {
    const found: Happening[] = [];
    const done: Batch[] = [];
    const take = (answer: Walked) => {
      const brought = this.#reading.take(answer);
      found.push(...brought.flatMap(happenings));
      done.push(...this.#round.add(brought.map(batch)).done);
    };
    if (walked !== null) take(walked);
    while (!this.isRead) {
      const walk = this.#reading.next();
      if (walk !== null) return { walk, found, done };
      take([]);
    }
    return { walk: null, found, done };
  }

  /** What may be sent now: see `Round`. */
  next(window: number): Handover[] {
    return this.#round.next(window);
  }

  again(): void {
    this.#round.again();
  }

  accept(commit: Commit): Progress {
    return this.#round.accept(commit);
  }
}

function happenings({ tip, first, commits, isCutShort }: Brought): Happening[] {
  const found = { type: 'found', tip, first, count: commits.length } as const;
  return isCutShort ? [found, { type: 'cut-short', tip }] : [found];
}

function batch({ tip: { branch, commit }, commits }: Brought): Batch {
  return { branch, tip: commit, handovers: commits.map((one) => handover(one, branch)) };
}
