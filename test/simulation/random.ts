/**
 * Owns chance. Everything that a simulated world leaves open is drawn from here, and from nothing
 * else, so that a seed is a whole world. Integers and divisions only: no function whose last bit
 * a machine may round differently.
 */

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #stream: string;

  /** The stream of that name in that seed's world; streams do not disturb each other. */
  constructor(seed: number, stream: string) {
    this.#stream = stream;
    const hash = hashOf(stream);
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) ^ hash;
    this.#c = hash ^ 0x9e3779b9;
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  /** From here on it draws what it would draw in that seed's world. */
  becomeThatOf(seed: number): void {
    const other = new Random(seed, this.#stream);
    [this.#a, this.#b, this.#c, this.#counter] = [other.#a, other.#b, other.#c, other.#counter];
  }

  /** An integer, 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.#next() / 2 ** 32) * count);
  }

  /** An integer, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so many times in a thousand. */
  perMille(rate: number): boolean {
    return rate > 0 && this.below(1_000) < rate;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** So many hexadecimal digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.#next().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  /** sfc32: small, fast, and passes every test of randomness that there is. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }
}

/** FNV-1a. */
export function hashOf(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
