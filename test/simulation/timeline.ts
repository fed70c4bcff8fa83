/**
 * Owns simulated time: what is to happen, in the order in which it happens. No real time passes.
 * Invariant: an event begins only when everything that the one before it set in motion, promises
 * included, has come to rest. Of two at the same time, the one that was planned first is first.
 */

import type { Cancel } from '../../src/world/clock.js';

interface Planned {
  readonly atMs: number;
  readonly order: number;
  call: (() => void) | null;
}

export class Timeline {
  #nowMs = 0;
  #planned = 0;
  /** A heap: each event is before its two children, `2n + 1` and `2n + 2`. */
  readonly #heap: Planned[] = [];
  /** Somebody who looks on between two events, and may hold up what comes. */
  gate: (() => Promise<void>) | null = null;

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, call: () => void): Cancel {
    const event: Planned = { atMs: this.#nowMs + delayMs, order: this.#planned, call };
    this.#planned += 1;
    this.#insert(event);
    return () => {
      event.call = null;
    };
  }

  /** Lets events happen until `isOver` says so, or until that time. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    // Whoever calls this may have set something in motion.
    await quiet();
    while (!isOver()) {
      if (this.gate !== null) await this.gate();
      const [next] = this.#heap;
      if (next === undefined || next.atMs > untilMs) {
        this.#nowMs = untilMs;
        return;
      }
      this.#removeFirst();
      if (next.call === null) continue;
      this.#nowMs = next.atMs;
      next.call();
      await quiet();
    }
  }

  #insert(event: Planned): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const below = this.#earlierChild(at);
      const child = heap[below];
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }

  #earlierChild(at: number): number {
    const left = 2 * at + 1;
    const [one, other] = [this.#heap[left], this.#heap[left + 1]];
    return one !== undefined && other !== undefined && isBefore(other, one) ? left + 1 : left;
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
}

/** Resolves when every promise that could go on has done so: node asks for ticks only then. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
