/**
 * Owns how much time a run has in all, counted from when it began: the least of what it was given.
 */

import type { Cancel, Clock } from '../../world/clock.js';

/** No timer of node waits longer: it would be over at once. */
const timerMsMax = 2 ** 31 - 1;

export class TimeLimit {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #isOver: () => void;
  #timeoutMs: number;
  #cancel: Cancel = () => {};

  /** Counts once `atMost` was called. */
  constructor(clock: Clock, startedAtMs: number, isOver: () => void) {
    this.#clock = clock;
    this.#startedAtMs = startedAtMs;
    this.#timeoutMs = timerMsMax;
    this.#isOver = isOver;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** The run has that much time in all, if it has no less. */
  atMost(timeoutMs: number): void {
    this.#timeoutMs = Math.min(this.#timeoutMs, timeoutMs);
    this.#cancel();
    const leftMs = this.#startedAtMs + this.#timeoutMs - this.#clock.nowMs();
    this.#cancel = this.#clock.after(Math.max(0, leftMs), this.#isOver);
  }

  /** It is no longer counted. */
  cancel(): void {
    this.#cancel();
  }

  /** Where `what` took all of it. */
  reason(what: string): string {
    return `${what} took longer than ${this.#timeoutMs / 1_000} s and was ended`;
  }
}
