/**
 * Owns one process from its start to its death: its clock, and when it is heard. Knows nothing of
 * what the process does.
 *
 * A SIGKILL may come between any two system calls. Production code that was killed cannot be
 * stopped in the middle of a function, but nothing that the dead do reaches the world: every
 * effect asks `step` first, and a death can be set for any step ahead.
 *
 * While a process is frozen the kernel goes on for it: it accepts connections, takes in bytes and
 * ends. All of it is heard at the thaw, one thing after the other, timers before or after, and
 * turns of the loop come to their end in between. A machine that sleeps has no kernel and no time.
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
  readonly #random: Random;
  /** What came while it was stopped and is still to be heard, in order. */
  #missed: { readonly isTimer: boolean; readonly call: () => void }[] = [];
  #isAlive = true;
  #isFrozen = false;
  #isCatchingUp = false;
  #goOn: () => void = () => {};
  #sleptMs = 0;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #timers = 0;
  #soons = 0;
  #aheadMs: number;

  /** Hears of each stop, and of each time that it goes on. */
  stopped: (isStopped: boolean) => void = () => {};
  readonly #crashed: (error: Error) => void;

  /** `aheadMs`: how wrong its machine's clock is. `crashed` hears of an error that nobody caught. */
  constructor(
    timeline: Timeline,
    random: Random,
    aheadMs: number,
    crashed: (error: Error) => void,
  ) {
    this.#timeline = timeline;
    this.#random = random;
    this.#crashed = crashed;
    this.#aheadMs = aheadMs;
    this.clock = {
      nowMs: () => epochMs + Math.floor(timeline.nowMs) + this.#aheadMs,
      wallMs: () => epochMs + Math.floor(timeline.nowMs),
      after: (delayMs, call) => this.#after(delayMs, call),
      soon: (call) => {
        this.#soons += 1;
        // Often other sockets are read in the same turn of the loop; then one sync serves them all.
        const delayMs = random.perMille(200) ? random.between(1, 3) : 0;
        timeline.after(delayMs, () => {
          const end = () => {
            this.#soons -= 1;
            call();
          };
          // A turn of the loop ends before the next thing is heard, however much there is to hear.
          if (this.#isFrozen) this.#missed.unshift({ isTimer: false, call: end });
          else this.#live(end);
        });
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
    return this.#soons > 0 || this.#isBehind;
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
    if (this.#isBehind) this.#missed.push({ isTimer, call });
    else this.#live(call);
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

  /** SIGSTOP, and SIGCONT after so long, or when `thaw` is called. */
  freeze(forMs: number): void {
    this.#stop(forMs, () => {});
  }

  /** Its machine sleeps, and wakes after so long: to its clock no time has passed. */
  sleep(forMs: number): void {
    const fromMs = this.#timeline.nowMs;
    this.#stop(forMs, () => {
      const sleptMs = this.#timeline.nowMs - fromMs;
      this.#sleptMs += sleptMs;
      this.#aheadMs -= sleptMs;
    });
  }

  /** It goes on now, if it was stopped. */
  thaw(): void {
    if (this.#isFrozen) this.#goOn();
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
    let sleptMs = this.#sleptMs;
    const rings = () => {
      const owedMs = this.#sleptMs - sleptMs;
      sleptMs = this.#sleptMs;
      if (owedMs > 0) cancel = this.#timeline.after(owedMs, () => this.hear(rings, true));
      else due();
    };
    // Node rounds up to whole milliseconds, and a timer is never early.
    let cancel = this.#timeline.after(Math.max(1, delayMs), () => this.hear(rings, true));
    return () => {
      unset();
      cancel();
    };
  }

  get #isBehind(): boolean {
    return this.#isFrozen || this.#isCatchingUp;
  }

  #live(call: () => void): void {
    if (!this.#isAlive) return;
    try {
      call();
    } catch (error) {
      // What a dead process would have stumbled over does not matter.
      if (this.#isAlive) this.#crashed(error as Error);
      this.end();
    }
  }

  #stop(forMs: number, atTheThaw: () => void): void {
    if (this.#isBehind || !this.#isAlive) return;
    this.#isFrozen = true;
    this.stopped(true);
    const cancel = this.#timeline.after(forMs, () => this.#goOn());
    this.#goOn = () => {
      cancel();
      atTheThaw();
      this.#isFrozen = false;
      this.#isCatchingUp = true;
      this.stopped(false);
      // A loop that was stopped while it waited for input hears that first, else its timers.
      const timersFirst = this.#random.perMille(500);
      this.#missed.sort((a, b) =>
        a.isTimer === b.isTimer ? 0 : a.isTimer === timersFirst ? -1 : 1,
      );
      this.#catchUp();
    };
  }

  /** Hears what it missed; what comes meanwhile stands in line behind it. */
  #catchUp(): void {
    const next = this.#missed.shift();
    this.#isCatchingUp = next !== undefined && this.#isAlive;
    if (next === undefined) return;
    this.#live(next.call);
    this.#timeline.after(this.#random.perMille(300) ? 1 : 0, () => this.#catchUp());
  }
}
