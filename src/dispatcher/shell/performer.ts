/**
 * Owns the order in which effects happen, for the whole dispatcher, here and nowhere else:
 *
 *   1. what may be done twice is done        (results files in place)
 *   2. what happened is on disk              (all entries of a turn of the loop, one transaction)
 *   3. what must be said is sent             (so OK means: on disk)
 *   4. what can be told is published         (to all who follow the feed)
 *
 * If the power fails before 2, nothing was promised; after 2, recovery reads it.
 * One turn at a time: what is decided meanwhile waits for its own. Where the disk is full nothing is
 * lost and nothing is said: the port is closed to further input (`blocked`), and the same turn is tried
 * again until there is room.
 */

import type { Cancel, Clock } from '../../world/clock.js';
import type { Send } from '../core/events.js';
import type { Entry } from '../core/journal.js';
import { entriesOf, listChangesOf, sendsOf, testedOf } from '../core/selected.js';
import type { Decision } from '../feed/batches.js';
import type { Store } from '../store/store.js';

/** What was decided in one turn of the loop, event by event. */
export type Decided = readonly Decision[];

export interface Hands {
  /** Puts finished runs' output in its public place. */
  readonly prepare: (turn: Decided) => Promise<void>;
  readonly append: Store['append'];
  readonly send: (send: Send) => void;
  /** `lastSeq`: of the turn's last entry, where it has any. */
  readonly publish: (turn: Decided, lastSeq: number) => void;
  /** Whether an error of the first two means "not now" rather than "never". */
  readonly isForWaiting: (error: unknown) => boolean;
  readonly blocked: (blocked: boolean, error: unknown) => void;
}

/** How often a full disk is tried again. */
const retryEveryMs = 1_000;

export class Performer {
  readonly #clock: Clock;
  readonly #hands: Hands;
  /** What is being performed, and what was decided since. */
  #turn: Decided = [];
  #next: Decision[] = [];
  #curious: (() => void)[] = [];
  #isScheduled = false;
  #isBlocked = false;
  #isClosed = false;
  #cancelRetry: Cancel = () => {};

  constructor(clock: Clock, hands: Hands) {
    this.#clock = clock;
    this.#hands = hands;
  }

  /** The disk is full: what was decided is not on it yet, and is tried again. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** When the oldest decision was made that is not performed yet; null where all are. */
  get unperformedSinceMs(): number | null {
    return (this.#turn[0] ?? this.#next[0])?.atMs ?? null;
  }

  /** Entries that are decided and not known to be on disk, in their order. */
  get unperformed(): readonly Entry[] {
    return [...this.#turn, ...this.#next].flatMap(({ effects }) => entriesOf(effects));
  }

  /** Performs it at the end of this turn of the loop, together with its neighbours. */
  submit(decision: Decision): void {
    this.#next.push(decision);
    this.#schedule();
  }

  /** Resolves once all that was decided is on disk: nobody is told what a crash could take back. */
  settled(): Promise<void> {
    if (this.#turn.length === 0 && this.#next.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#curious.push(resolve));
  }

  /** What is not on disk by now is forgotten: nothing of it was promised. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => void this.#performNext());
  }

  async #performNext(): Promise<void> {
    this.#turn = this.#next;
    this.#next = [];
    await this.#perform();
  }

  async #perform(): Promise<void> {
    if (this.#isClosed) return;
    const turn = this.#turn;
    const effects = turn.flatMap((decision) => decision.effects);
    const [entries, listChanges] = [entriesOf(effects), listChangesOf(effects)];
    const isEmpty = entries.length + listChanges.length === 0;
    let lastSeq = 0;
    try {
      await this.#hands.prepare(turn);
      if (!isEmpty) lastSeq = await this.#hands.append(entries, listChanges, testedOf(effects));
    } catch (error) {
      if (!this.#hands.isForWaiting(error)) throw error;
      if (!this.#isBlocked) this.#hands.blocked(true, error);
      this.#isBlocked = true;
      this.#cancelRetry = this.#clock.after(retryEveryMs, () => void this.#perform());
      return;
    }
    if (this.#isClosed) return;
    if (this.#isBlocked) this.#hands.blocked(false, null);
    this.#isBlocked = false;
    this.#turn = [];
    for (const send of sendsOf(effects)) this.#hands.send(send);
    this.#hands.publish(turn, lastSeq);
    this.#isScheduled = false;
    if (this.#next.length > 0) this.#schedule();
    else for (const call of this.#curious.splice(0)) call();
  }
}
