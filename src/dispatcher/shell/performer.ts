/**
 * Owns the order in which effects happen, for the whole dispatcher, here and nowhere else:
 *
 *   1. what may be done twice is done        (results files in place, classic runners known)
 *   2. what happened is on disk              (all entries of this turn of the loop, one sync)
 *   3. what must be said is sent             (so OK means: on disk)
 *   4. what can be told is published         (to all who follow the feed)
 *
 * If the power fails before 2, nothing was promised; after 2, recovery reads it.
 * Where the disk is full nothing is lost and nothing is said: the port is closed to further
 * input (`blocked`), and the same turn is tried again until there is room.
 */

import type { Cancel, Clock } from '../../world/clock.js';
import { type Effect, entriesOf, type Send, sendsOf } from '../core/events.js';
import type { Entry } from '../core/journal.js';

/** What was decided in one turn of the loop: the effects of each event, in their order. */
export type Decided = readonly (readonly Effect[])[];

export interface Hands {
  /** Puts finished runs' output in its public place; keeps what a restart must know besides. */
  readonly prepare: (turn: Decided) => void;
  /** Answers the sequence number of the last one. */
  readonly append: (entries: readonly Entry[]) => number;
  readonly send: (send: Send) => void;
  /** `lastSeq`: of the turn's last entry, where it has any. */
  readonly publish: (turn: Decided, lastSeq: number) => void;
  /** Whether an error of the first two means "not now" rather than "never". */
  readonly lacksRoom: (error: unknown) => boolean;
  readonly blocked: (blocked: boolean, error: unknown) => void;
}

/** How often a full disk is tried again. */
const retryEveryMs = 1_000;

export class Performer {
  readonly #clock: Clock;
  readonly #hands: Hands;
  #turn: (readonly Effect[])[] = [];
  #curious: (() => void)[] = [];
  #isScheduled = false;
  #isBlocked = false;
  #cancelRetry: Cancel = () => {};

  constructor(clock: Clock, hands: Hands) {
    this.#clock = clock;
    this.#hands = hands;
  }

  /** The disk is full: what was decided is not on it yet, and is tried again. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Whether something was decided that is not performed yet. */
  get hasTurn(): boolean {
    return this.#turn.length > 0;
  }

  /** Performs them at the end of this turn of the loop, together with their neighbours. */
  submit(effects: readonly Effect[]): void {
    this.#turn.push(effects);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => this.#perform());
  }

  /** Calls once all that was decided is on disk: nobody is told what a crash could take back. */
  settled(call: () => void): void {
    if (this.#turn.length === 0) call();
    else this.#curious.push(call);
  }

  /** Performs now what waits, the last words before an exit; what has no room is forgotten. */
  close(): void {
    if (this.#turn.length > 0 && !this.#isBlocked) this.#perform();
    this.#cancelRetry();
  }

  #perform(): void {
    const turn = this.#turn;
    const entries = turn.flatMap(entriesOf);
    let lastSeq = 0;
    try {
      this.#hands.prepare(turn);
      if (entries.length > 0) lastSeq = this.#hands.append(entries);
    } catch (error) {
      if (!this.#hands.lacksRoom(error)) throw error;
      if (!this.#isBlocked) this.#hands.blocked(true, error);
      this.#isBlocked = true;
      this.#cancelRetry = this.#clock.after(retryEveryMs, () => this.#perform());
      return;
    }
    this.#turn = [];
    this.#isScheduled = false;
    if (this.#isBlocked) this.#hands.blocked(false, null);
    this.#isBlocked = false;
    for (const send of turn.flatMap(sendsOf)) this.#hands.send(send);
    for (const call of this.#curious.splice(0)) call();
    this.#hands.publish(turn, lastSeq);
  }
}
