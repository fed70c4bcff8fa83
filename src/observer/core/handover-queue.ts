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
  /** It went there before, on another branch: this says that one more stands there. */
  readonly isAgain?: boolean;
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
  /** How often each was accepted before something that was sent earlier was. */
  readonly #ahead = new Map<Commit, number>();
  readonly #queued = new Set<Commit>();
  #accepted = 0;
  #sent = 0;
  #done = 0;

  /** Puts these behind all others. A batch is complete already if its commits were accepted here. */
  add(batches: readonly Batch[]): Progress {
    for (const batch of batches) {
      for (const handover of batch.handovers) {
        const isAgain = this.#queued.has(handover.commit);
        this.#queued.add(handover.commit);
        if (!isAgain) this.#queue.push(handover);
        else if (handover.commit === batch.tip) this.#queue.push({ ...handover, isAgain });
      }
      this.#ends.push({ batch, end: this.#queue.length });
    }
    return { handedOver: [], done: this.#complete() };
  }

  get outstanding(): number {
    return this.#unanswered(this.#sent).length;
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
    const { outstanding } = this;
    this.#sent = Math.max(this.#sent, end);
    return this.#unanswered(this.#sent).slice(outstanding);
  }

  /** All that is outstanding was not taken and is due again. */
  again(): void {
    this.#sent = this.#accepted;
  }

  accept(commit: Commit): Progress {
    const from = this.#accepted;
    // Within the sent part only: an answer to an older question says nothing of later ones.
    if (this.#unanswered(this.#sent).some((handover) => handover.commit === commit)) {
      this.#ahead.set(commit, (this.#ahead.get(commit) ?? 0) + 1);
    }
    for (let next = this.#queue[from]; next !== undefined && this.#wasAhead(next.commit); ) {
      this.#accepted += 1;
      next = this.#queue[this.#accepted];
    }
    return { handedOver: this.#queue.slice(from, this.#accepted), done: this.#complete() };
  }

  /** Up to there. Of one that was sent twice, the first is answered first. */
  #unanswered(end: number): Handover[] {
    const answers = new Map(this.#ahead);
    return this.#queue.slice(this.#accepted, end).filter(({ commit }) => {
      const left = answers.get(commit) ?? 0;
      answers.set(commit, left - 1);
      return left <= 0;
    });
  }

  /** Whether it was; that counts no more. */
  #wasAhead(commit: Commit): boolean {
    const count = this.#ahead.get(commit) ?? 0;
    if (count > 1) this.#ahead.set(commit, count - 1);
    else this.#ahead.delete(commit);
    return count > 0;
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
