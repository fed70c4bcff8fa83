/**
 * Owns how long a step is waited for, in all and from one word of its output to the next. Never ends
 * one: it says when the time is up, and why.
 */

import type { Cancel, Clock } from '../../world/clock.js';

/** Null: without end. */
export interface Times {
  readonly timeoutMs: number | null;
  readonly silenceMs: number | null;
}

export type OutOfTime = 'timed-out' | 'silent';

export class Patience {
  readonly #clock: Clock;
  readonly #out: (why: { readonly because: OutOfTime; readonly afterMs: number }) => void;
  #cancelTimeout: Cancel = () => {};
  #cancelSilence: Cancel = () => {};
  #heardAtMs: number;

  constructor(
    clock: Clock,
    { timeoutMs, silenceMs }: Times,
    out: (why: { readonly because: OutOfTime; readonly afterMs: number }) => void,
  ) {
    this.#clock = clock;
    this.#out = out;
    this.#heardAtMs = clock.nowMs();
    if (timeoutMs !== null) {
      this.#cancelTimeout = clock.after(timeoutMs, () =>
        out({ because: 'timed-out', afterMs: timeoutMs }),
      );
    }
    if (silenceMs !== null) this.#listen(silenceMs, silenceMs);
  }

  heard(): void {
    this.#heardAtMs = this.#clock.nowMs();
  }

  end(): void {
    this.#cancelTimeout();
    this.#cancelSilence();
  }

  /** One timer, however often something is heard. */
  #listen(silenceMs: number, forMs: number): void {
    this.#cancelSilence = this.#clock.after(forMs, () => {
      const leftMs = this.#heardAtMs + silenceMs - this.#clock.nowMs();
      if (leftMs > 0) this.#listen(silenceMs, leftMs);
      else this.#out({ because: 'silent', afterMs: silenceMs });
    });
  }
}
