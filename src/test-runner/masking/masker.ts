/**
 * Owns the masking of one output while it comes: of each stretch that secrets cover, `********` is
 * left, and every other byte as it was. Any cutting of the same bytes gives the same output.
 * Invariant: held back is only what may yet turn out to be the beginning of a secret, and so less than
 * the longest is; all else is passed on at once.
 *
 *        passed on                    held back
 *   …it is ********, and so | pa        "pa": what comes may be "ss"
 *
 * A stretch may begin before one that was found earlier (`pass` in `mypassword`): until the bytes
 * below it are passed on, it may still grow.
 */

import { type Needles, start } from './needles.js';

/** What is there instead of a secret: nothing of it, not even its length. */
export const mask = '********';

const maskBytes = Buffer.from(mask);

/** Bytes that a secret covers, counted from the first that is held. */
interface Covered {
  from: number;
  readonly to: number;
  /** Its first part was passed on already, as a mask. */
  isShown: boolean;
}

const nothing = Buffer.alloc(0);

export class Masker {
  readonly #needles: Needles;
  #state = start;
  #held: Buffer = nothing;
  /** In their order, none of them over another. */
  #covered: Covered[] = [];

  constructor(needles: Needles) {
    this.#needles = needles;
  }

  /** What can be passed on, now that these bytes have come too. */
  push(bytes: Buffer): Buffer {
    const before = this.#held.length;
    this.#state = this.#needles.read(bytes, this.#state, (end, length) =>
      this.#cover(before + end - length, before + end),
    );
    const all = before === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    return this.#passOn(all, all.length - this.#needles.pending(this.#state));
  }

  /** The rest: nothing more comes. */
  flush(): Buffer {
    this.#state = start;
    return this.#passOn(this.#held, this.#held.length);
  }

  #cover(from: number, to: number): void {
    const stretch = { from, to, isShown: false };
    for (;;) {
      const last = this.#covered.at(-1);
      if (last === undefined || last.to <= stretch.from) break;
      stretch.from = Math.min(stretch.from, last.from);
      stretch.isShown ||= last.isShown;
      this.#covered.pop();
    }
    this.#covered.push(stretch);
  }

  /** Passes on the first `due` of all bytes that are here, and holds the others. */
  #passOn(all: Buffer, due: number): Buffer {
    const passed: Buffer[] = [];
    let at = 0;
    for (const stretch of this.#covered) {
      if (stretch.from >= due) break;
      passed.push(all.subarray(at, stretch.from));
      if (!stretch.isShown) passed.push(maskBytes);
      stretch.isShown = true;
      at = Math.min(stretch.to, due);
    }
    passed.push(all.subarray(at, due));
    // A copy, as the rest of a large buffer would be kept with it.
    this.#held = due === all.length ? nothing : Buffer.from(all.subarray(due));
    this.#covered = this.#covered
      .filter(({ to }) => to > due)
      .map(({ from, to, isShown }) => ({ from: Math.max(0, from - due), to: to - due, isShown }));
    const [only = nothing] = passed;
    return passed.length === 1 ? only : Buffer.concat(passed);
  }
}
