/**
 * Owns what one poll found, until all of it is handed over: what was read so far goes to the
 * dispatcher while the rest is still being read.
 * Never asks git, never knows a connection. Invariant: what is handed over was read before.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Notice } from './events.js';
import {
  type Batch,
  type Handover,
  HandoverQueue,
  handoverOf,
  type Progress,
} from './handover-queue.js';
import type { Broken, Change, Listed, Poll, RevList } from './news.js';
import { type Brought, Reading } from './reading.js';

/** What reading on came to. */
interface Read {
  readonly revList: RevList | null;
  readonly found: readonly Notice[];
  readonly done: readonly Batch[];
}

export class Findings {
  readonly #poll: Poll;
  readonly #reading: Reading;
  readonly #queue = new HandoverQueue();

  /** `changes` of the poll; from `reached` on nothing is news. */
  constructor(
    poll: Poll = { tips: [], broken: [] },
    changes: readonly Change[] = [],
    reached: readonly Commit[] = [],
    latestOnly = false,
  ) {
    this.#poll = poll;
    this.#reading = new Reading(changes, reached, latestOnly);
  }

  get isRead(): boolean {
    return this.#reading.isDone;
  }

  get isHandedOver(): boolean {
    return this.isRead && this.#queue.finished;
  }

  /** Nothing is new. */
  get isEmpty(): boolean {
    return this.isRead && this.#queue.isEmpty;
  }

  /** Branches that could not be read. */
  get broken(): Broken[] {
    return [...this.#poll.broken, ...this.#reading.broken];
  }

  get outstanding(): number {
    return this.#queue.outstanding;
  }

  lastAccepted(most: number): Commit[] {
    return this.#queue.lastAccepted(most);
  }

  /** Reads until git must be asked, or all is read. `listed`: what git was asked for last. */
  readOn(listed: Listed | null = null): Read {
    const found: Notice[] = [];
    const done: Batch[] = [];
    const take = (answer: Listed) => {
      const brought = this.#reading.take(answer);
      found.push(...brought.flatMap(notices));
      done.push(...this.#queue.add(brought.map(batch)).done);
    };
    if (listed !== null) take(listed);
    while (!this.isRead) {
      const revList = this.#reading.next();
      if (revList !== null) return { revList, found, done };
      take([]);
    }
    return { revList: null, found, done };
  }

  /** What may be sent now: see `HandoverQueue`. */
  next(window: number): Handover[] {
    return this.#queue.next(window);
  }

  again(): void {
    this.#queue.again();
  }

  accept(commit: Commit): Progress {
    return this.#queue.accept(commit);
  }
}

function notices({ tip, first, commits, isCutShort }: Brought): Notice[] {
  const found = { kind: 'found', tip, first, count: commits.length } as const;
  return isCutShort ? [found, { kind: 'cut-short', tip }] : [found];
}

function batch({ tip, commits }: Brought): Batch {
  const { branch, commit } = tip;
  return { branch, tip: commit, handovers: commits.map((one) => handoverOf(one, tip)) };
}
