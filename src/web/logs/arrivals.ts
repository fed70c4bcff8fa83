/**
 * Owns when a log's bytes came: a list of how long it was by when, thinned so that it stays short.
 * Never reads a clock.
 */

/** `[bytes, atMs]`: by then the log had so many bytes. Both grow. `atMs` is null: nobody knows. */
export type Arrival = readonly [bytes: number, atMs: number | null];

/** Of one log: enough for each second of an hour. */
const arrivalsMax = 4_096;

/** What comes within this is taken to have come at once. */
const apartMsLeast = 100;

export class Arrivals {
  #all: Arrival[] = [];
  #apartMs = apartMsLeast;

  /** `before`: so many bytes were there of which nobody knows when they came. */
  constructor(before: number) {
    if (before > 0) this.#all.push([before, null]);
  }

  get all(): readonly Arrival[] {
    return this.#all;
  }

  /** How long the log is by now. */
  get bytes(): number {
    return this.#all.at(-1)?.[0] ?? 0;
  }

  /** Between the first of them and the last. */
  get spanMs(): number {
    const known = this.#all.flatMap(([, atMs]) => atMs ?? []);
    return (known.at(-1) ?? 0) - (known[0] ?? 0);
  }

  grew(bytes: number, atMs: number): void {
    const last = this.#all.at(-1);
    if (last?.[1] != null && atMs - last[1] < this.#apartMs) {
      this.#all[this.#all.length - 1] = [bytes, last[1]];
      return;
    }
    this.#all.push([bytes, atMs]);
    if (this.#all.length <= arrivalsMax) return;
    this.#apartMs *= 2;
    // Of two neighbours the first says when they began to come, the second how far they went.
    const all = this.#all;
    this.#all = all.flatMap(([, at], index) =>
      index % 2 === 0 ? [[all[index + 1]?.[0] ?? all[index]?.[0] ?? 0, at] as const] : [],
    );
  }
}

/** When what begins at `offset` came. To be asked for growing offsets. */
export function timesBy(arrivals: readonly Arrival[]): (offset: number) => number | null {
  let next = 0;
  return (offset) => {
    while ((arrivals[next]?.[0] ?? Number.POSITIVE_INFINITY) <= offset) next += 1;
    return arrivals[next]?.[1] ?? null;
  };
}
