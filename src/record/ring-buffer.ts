/**
 * Owns the newest records in memory, as the lines that they are written as: a line is smaller than the
 * object that it spells, and is wanted as it is by all who read. Pure.
 * Invariants: the lines are those of `first` to `last` without gaps; bounded in number and in characters.
 */

export interface RingBufferLimits {
  readonly linesMax: number;
  readonly charactersMax: number;
}

export class RingBuffer {
  readonly #limits: RingBufferLimits;
  /** Each in the place `n % linesMax`. */
  readonly #lines: string[] = [];
  #characters = 0;
  #first = 1;
  #last = 0;

  constructor(limits: RingBufferLimits) {
    this.#limits = limits;
  }

  /** The oldest `n` that is here; one more than `last` where none is. */
  get first(): number {
    return this.#first;
  }

  /** The newest `n`, or 0. */
  get last(): number {
    return this.#last;
  }

  /** The line of the record `last + 1`. */
  push(line: string): void {
    if (this.#last - this.#first + 1 === this.#limits.linesMax) this.#drop();
    this.#last += 1;
    this.#lines[this.#last % this.#limits.linesMax] = line;
    this.#characters += line.length;
    while (this.#characters > this.#limits.charactersMax && this.#first < this.#last) this.#drop();
  }

  /** Those after that one that are here, at most so many. */
  after(n: number, most: number): string[] {
    const lines: string[] = [];
    const from = Math.max(n + 1, this.#first);
    for (let at = from; at <= this.#last && lines.length < most; at += 1) {
      lines.push(this.#lines[at % this.#limits.linesMax] ?? '');
    }
    return lines;
  }

  #drop(): void {
    const place = this.#first % this.#limits.linesMax;
    this.#characters -= this.#lines[place]?.length ?? 0;
    this.#lines[place] = '';
    this.#first += 1;
  }
}
