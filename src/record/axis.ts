/**
 * Owns how far down a picture each record lies. Microseconds and seconds share no linear axis, so there are
 * three: by steps, where each record has its room; by time; and between, where the room grows with the
 * logarithm of the time that passed. Pure; records are appended as they come, and none moves later.
 * Invariant: who comes later never lies higher.
 */

export const axisModes = ['steps', 'between', 'time'] as const;

export type AxisMode = (typeof axisModes)[number];

/** How much room a record takes: a row, a small step, a tick among others, or none. */
export type Room = 'row' | 'step' | 'tick' | 'none';

/** In pixels. */
const rowHeight = 30;
const stepHeight = 12;

/** Ticks move together the more there are. */
const tickHeight = 5;

/** Between two records so far apart in time at most, time stands still. */
export const stillWithinUs = 100;

/** By time: a second is so high before one zooms. */
const secondHeight = 120;

/** Between: each doubling of the time that passed adds so much. */
const doublingHeight = 6;

/** Browsers know no higher elements. */
const heightMax = 12_000_000;

const microsecondsASecond = 1_000_000;

export class Axis {
  readonly mode: AxisMode;
  readonly #zoom: number;
  #ys = new Float64Array(1_024);
  #atUs = new Float64Array(1_024);
  #count = 0;
  /** The last record that is no tick: where ticks are counted from. */
  #base = { y: 0, atUs: 0, ticks: 0 };

  constructor(mode: AxisMode, zoom = 1) {
    this.mode = mode;
    this.#zoom = zoom;
  }

  get count(): number {
    return this.#count;
  }

  /** Where the last one lies. */
  get height(): number {
    return this.#count === 0 ? 0 : this.y(this.#count - 1);
  }

  append(atUs: number, room: Room): void {
    if (this.#count === this.#ys.length) this.#grow();
    this.#ys[this.#count] = Math.min(heightMax, Math.max(this.height, this.#next(atUs, room)));
    this.#atUs[this.#count] = atUs;
    this.#count += 1;
  }

  /** By its place among all, from 0. */
  y(index: number): number {
    return this.#ys[Math.max(0, Math.min(index, this.#count - 1))] ?? 0;
  }

  atUs(index: number): number {
    return this.#atUs[Math.max(0, Math.min(index, this.#count - 1))] ?? 0;
  }

  /** The last that lies there or above; −1: none does. */
  indexAtY(y: number): number {
    return lastAtMost(this.#ys, this.#count, y);
  }

  /** The last that was then or before; −1: none was. */
  indexAtTime(atUs: number): number {
    return lastAtMost(this.#atUs, this.#count, atUs);
  }

  /** Where a moment lies, also between two records. */
  yAtTime(atUs: number): number {
    return this.#between(this.indexAtTime(atUs), atUs, this.#atUs, this.#ys);
  }

  timeAtY(y: number): number {
    return this.#between(this.indexAtY(y), y, this.#ys, this.#atUs);
  }

  /** Whether no time to speak of passed between that one and the one before. */
  isStill(index: number): boolean {
    return index > 0 && this.atUs(index) - this.atUs(index - 1) <= stillWithinUs;
  }

  #next(atUs: number, room: Room): number {
    const { y, atUs: fromUs, ticks } = this.#base;
    if (this.mode === 'time') {
      return (atUs / microsecondsASecond) * secondHeight * this.#zoom;
    }
    const passed = doublingHeight * Math.log2(1 + Math.max(0, atUs - fromUs) / stillWithinUs);
    if (room === 'none') return this.height;
    if (room === 'tick') {
      this.#base = { y, atUs: fromUs, ticks: ticks + 1 };
      const crowd = tickHeight * Math.sqrt(ticks);
      return y + this.#zoom * (this.mode === 'steps' ? stepHeight + crowd : stepHeight + passed);
    }
    const own = room === 'row' ? rowHeight : stepHeight;
    const next =
      this.mode === 'steps'
        ? this.height + own * this.#zoom
        : Math.max(this.height + own * 0.6 * this.#zoom, y + passed * this.#zoom);
    this.#base = { y: next, atUs, ticks: 0 };
    return next;
  }

  #between(index: number, at: number, from: Float64Array, to: Float64Array): number {
    if (index < 0) return 0;
    const [a, b] = [from[index] ?? 0, from[index + 1] ?? 0];
    const here = to[index] ?? 0;
    if (index === this.#count - 1 || b <= a) return here;
    return here + (((to[index + 1] ?? here) - here) * (at - a)) / (b - a);
  }

  #grow(): void {
    this.#ys = doubled(this.#ys);
    this.#atUs = doubled(this.#atUs);
  }
}

/** The last of so many sorted ones that is at most `value`; −1: none is. */
function lastAtMost(sorted: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}
