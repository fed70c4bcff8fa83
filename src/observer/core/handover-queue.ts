/**
 * Owns the handing over of what one poll found: what was sent, what was accepted, what is due;
 * more of it may be found meanwhile.
 * Never knows a connection: it is told how much may be outstanding, and when nothing of it arrived.
 * Invariant: a batch is done only when every commit up to its end was accepted, those of the
 * batches before it included, so that its tip is an honest position even in a forked history.
 *
 *   accepted   | outstanding, at most a window | not sent yet
 *   o o o o o o|o . o . .                      |. . . . . . . .
 *              ^ #accepted                     ^ #sent
 */

import type { Commit } from '../../protocol/ids.js';
import { type HandoverBody, handover } from '../../protocol/job-bodies.js';
import type { Described, Tip } from './news.js';

/** One commit on its way to the dispatcher. */
export interface Handover {
  readonly commit: Commit;
  readonly description: HandoverBody;
}

/** What is new on a branch, oldest first; its last commit is the branch's next position. */
export interface Batch {
  readonly branch: string;
  readonly tip: Commit;
  readonly handovers: readonly Handover[];
}

export interface Progress {
  /** Accepted, together with all before them, in order. */
  readonly handedOver: readonly Handover[];
  /** Complete since then. */
  readonly done: readonly Batch[];
}

export class HandoverQueue {
  readonly #queue: Handover[] = [];
  readonly #ends: { readonly batch: Batch; readonly end: number }[] = [];
  /** Accepted before something that was sent earlier was. */
  readonly #ahead = new Set<Commit>();
  readonly #queued = new Set<Commit>();
  #accepted = 0;
  #sent = 0;
  #done = 0;

  /** Puts these behind all others. A batch is complete already if its commits were accepted here. */
  add(batches: readonly Batch[]): Progress {
    for (const batch of batches) {
      for (const handover of batch.handovers) {
        if (!this.#queued.has(handover.commit)) this.#queue.push(handover);
        this.#queued.add(handover.commit);
      }
      this.#ends.push({ batch, end: this.#queue.length });
    }
    return { handedOver: [], done: this.#complete() };
  }

  get outstanding(): number {
    return this.#unanswered(this.#queue.slice(this.#accepted, this.#sent)).length;
  }

  /** The last `most` that were accepted of a batch that is not complete; none where all are. */
  lastAccepted(most: number): Commit[] {
    const begins = this.#ends[this.#done - 1]?.end ?? 0;
    const accepted = this.#queue.slice(begins, this.#accepted);
    return accepted.slice(-most).map(({ commit }) => commit);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  get finished(): boolean {
    return this.#accepted === this.#queue.length;
  }

  /** What may be sent now, with no more than `window` from the oldest unaccepted on. */
  next(window: number): Handover[] {
    const end = Math.min(this.#accepted + window, this.#queue.length);
    const due = this.#queue.slice(this.#sent, end);
    this.#sent = Math.max(this.#sent, end);
    return this.#unanswered(due);
  }

  /** All that is outstanding was not taken and is due again. */
  again(): void {
    this.#sent = this.#accepted;
  }

  accept(commit: Commit): Progress {
    const from = this.#accepted;
    // Within the sent part only: an answer to an older question says nothing of later ones.
    if (this.#queue.slice(from, this.#sent).some((handover) => handover.commit === commit)) {
      this.#ahead.add(commit);
    }
    for (let next = this.#queue[from]; next !== undefined && this.#ahead.delete(next.commit); ) {
      this.#accepted += 1;
      next = this.#queue[this.#accepted];
    }
    return { handedOver: this.#queue.slice(from, this.#accepted), done: this.#complete() };
  }

  #unanswered(handovers: readonly Handover[]): Handover[] {
    return handovers.filter(({ commit }) => !this.#ahead.has(commit));
  }

  #complete(): Batch[] {
    const done: Batch[] = [];
    for (let next = this.#ends[this.#done]; next !== undefined && next.end <= this.#accepted; ) {
      done.push(next.batch);
      this.#done += 1;
      next = this.#ends[this.#done];
    }
    return done;
  }
}

/** The commit as it is handed over, its description made fit for the wire. */
export function handoverOf(
  { commit, author, subject }: Described,
  { branch, commit: tip }: Pick<Tip, 'branch' | 'commit'>,
): Handover {
  const isTip = commit === tip && { isTip: true };
  return { commit, description: handover.parse({ branch, author, subject, ...isTip }) };
}
