/**
 * Owns the bytes on their way from one end of a connection to the other, and what befalls them.
 * It keeps TCP's one promise: what arrives is a prefix of what was sent, in order.
 *
 *   write ──> in flight ──(delay, slices, cut, hole)──> arrives
 */

import type { Random } from './random.js';
import type { Timeline } from './timeline.js';

/** How bad the network is; each chance in a thousand. */
export interface NetworkFaults {
  /** Of each connection: it is not taken. */
  refused: number;
  /** Of each connection: its bytes come in small pieces, at first one by one. */
  sliced: number;
  /** Of each write: the connection breaks somewhere in it, and both ends learn of it in time. */
  cut: number;
  /** Of each write: from somewhere in it on nothing arrives, and nobody is told. */
  halfOpen: number;
  /** Of each write: it takes up to `stallMs` longer. */
  stalled: number;
  stallMs: number;
  latencyMsMax: number;
}

/** What a way needs of the network that it leads through. */
export interface Wires {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: NetworkFaults;
  /** Counts a fault that happened. */
  readonly suffered: (fault: string) => void;
  /** Milliseconds until something sent now would arrive. */
  travelMs(from: string, to: string): number;
}

export type Fate = 'sent' | 'cut' | 'half-open';

export class Way {
  readonly #wires: Wires;
  readonly #from: string;
  readonly #to: string;
  #isSliced = false;
  /** From here nothing arrives any more. */
  #isHole = false;
  #lastArrivalMs = 0;
  /** What came to the end of the way while it was held up there, in order. */
  #heldUp: (() => void)[] | null = null;

  constructor(wires: Wires, from: string, to: string) {
    this.#wires = wires;
    this.#from = from;
    this.#to = to;
  }

  slice(): void {
    this.#isSliced = true;
  }

  get isHole(): boolean {
    return this.#isHole;
  }

  /** For so long nothing gets out of it: all that comes meanwhile arrives after, in order. */
  holdUp(forMs: number): void {
    if (this.#heldUp !== null) return;
    const heldUp: (() => void)[] = [];
    this.#heldUp = heldUp;
    this.#wires.timeline.after(forMs, () => {
      this.#heldUp = null;
      for (const arrive of heldUp) arrive();
    });
  }

  /** From here on nothing arrives, and nobody is told. */
  swallow(): void {
    this.#isHole = true;
  }

  /** What becomes of a write: the pieces that set out, and whether it was the last one. */
  fateOf(bytes: Buffer): { readonly fate: Fate; readonly pieces: Buffer[] } {
    const { random, faults } = this.#wires;
    const isCut = random.perMille(faults.cut);
    const isHoled = !isCut && random.perMille(faults.halfOpen);
    const end = isCut || isHoled ? random.below(bytes.length) : bytes.length;
    const fate = isCut ? 'cut' : isHoled ? 'half-open' : 'sent';
    return { fate, pieces: this.#pieces(bytes.subarray(0, end)) };
  }

  /** Sets out on the way; nothing overtakes what was sent before. */
  carry(arrive: () => void): void {
    if (this.#isHole) return;
    const { timeline } = this.#wires;
    const travelMs = this.#wires.travelMs(this.#from, this.#to);
    const arrivalMs = Math.max(timeline.nowMs + travelMs, this.#lastArrivalMs);
    this.#lastArrivalMs = arrivalMs;
    timeline.after(arrivalMs - timeline.nowMs, () => {
      if (this.#heldUp === null) arrive();
      else this.#heldUp.push(arrive);
    });
  }

  /** The kernel's own word, a reset: it waits for nothing that is still on the way. */
  rush(arrive: () => void): void {
    if (this.#isHole) return;
    this.#wires.timeline.after(this.#wires.travelMs(this.#from, this.#to), arrive);
  }

  #pieces(bytes: Buffer): Buffer[] {
    if (!this.#isSliced) return bytes.length === 0 ? [] : [bytes];
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = at < 24 ? 1 : this.#wires.random.between(1, 1 + (bytes.length >> 2));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }
}
