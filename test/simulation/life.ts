/**
 * Owns one process from its start to its death: its clock, and when it is heard. Knows nothing of
 * what the process does.
 *
 * A SIGKILL may come between any two system calls. Production code that was killed cannot be
 * stopped in the middle of a function, but nothing that the dead do reaches the world: every
 * effect asks `step` first, and a death can be set for any step ahead.
 */

import type { Cancel, Clock } from '../../src/world/clock.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';

/** When simulated clocks begin: an arbitrary moment. */
const epochMs = 1_700_000_000_000;

export class Life {
  readonly clock: Clock;
  readonly #timeline: Timeline;
  readonly #onDeath: (() => void)[] = [];
  /** What came while it was stopped: timers first when it goes on, as the system has it. */
  #missed: { readonly isTimer: boolean; readonly call: () => void }[] = [];
  #isAlive = true;
  #isFrozen = false;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #timers = 0;
  #soons = 0;
  #aheadMs: number;

  readonly #crashed: (error: Error) => void;

  /** `aheadMs`: how wrong its machine's clock is. `crashed` hears of an error that nobody caught. */
  constructor(
    timeline: Timeline,
    random: Random,
    aheadMs: number,
    crashed: (error: Error) => void,
  ) {
    this.#timeline = timeline;
    this.#crashed = crashed;
    this.#aheadMs = aheadMs;
    this.clock = {
      nowMs: () => epochMs + Math.floor(timeline.nowMs) + this.#aheadMs,
      after: (delayMs, call) => this.#after(delayMs, call),
      soon: (call) => {
        this.#soons += 1;
        // Often other sockets are read in the same turn of the loop; then one sync serves them all.
        const delayMs = random.perMille(200) ? random.between(1, 3) : 0;
        timeline.after(delayMs, () =>
          this.hear(() => {
            this.#soons -= 1;
            call();
          }),
        );
      },
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers;
  }

  /** Whether a turn of its loop has not come to its end yet. */
  get isMidTurn(): boolean {
    return this.#soons > 0 || this.#missed.length > 0;
  }

  /** A system call: false where it does not happen, because the process is dead. */
  step(): boolean {
    if (!this.#isAlive) return false;
    this.#stepsLeft -= 1;
    if (this.#stepsLeft < 0) this.end();
    return this.#isAlive;
  }

  /** It dies after so many further system calls. */
  endAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  /** Something happens to it: now, when it goes on, or never. */
  hear(call: () => void, isTimer = false): void {
    if (!this.#isAlive) return;
    if (this.#isFrozen) {
      this.#missed.push({ isTimer, call });
      return;
    }
    try {
      call();
    } catch (error) {
      // What a dead process would have stumbled over does not matter.
      if (this.#isAlive) this.#crashed(error as Error);
      this.end();
    }
  }

  /** SIGKILL. */
  end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#missed = [];
    for (const call of this.#onDeath) call();
  }

  whenDead(call: () => void): void {
    this.#onDeath.push(call);
  }

  /** SIGSTOP, and SIGCONT after so long. */
  freeze(forMs: number): void {
    if (this.#isFrozen || !this.#isAlive) return;
    this.#isFrozen = true;
    this.#timeline.after(forMs, () => this.#thaw());
  }

  /** Its clock is set forward; no timer comes sooner for that. */
  jump(byMs: number): void {
    this.#aheadMs += byMs;
  }

  #after(delayMs: number, call: () => void): Cancel {
    let isSet = true;
    this.#timers += 1;
    const unset = () => {
      if (isSet) this.#timers -= 1;
      isSet = false;
    };
    const due = () => {
      // It may have been cancelled by another that was missed as well.
      if (!isSet) return;
      unset();
      call();
    };
    // Node rounds up to whole milliseconds, and a timer is never early.
    const cancel = this.#timeline.after(Math.max(1, delayMs), () => this.hear(due, true));
    return () => {
      unset();
      cancel();
    };
  }

  #thaw(): void {
    this.#isFrozen = false;
    const missed = this.#missed;
    this.#missed = [];
    const timers = missed.filter(({ isTimer }) => isTimer);
    const others = missed.filter(({ isTimer }) => !isTimer);
    for (const { call } of [...timers, ...others]) this.hear(call);
  }
}
