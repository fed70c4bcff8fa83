/**
 * Owns the masks of one run: made once of all its secrets, for each of its outputs and for every
 * sentence that is said of it. A run without secrets has none, and its output is not even looked at.
 */

import { Masker } from './masker.js';
import { Needles } from './needles.js';
import { spellingsOf } from './spellings.js';

export class Masks {
  readonly #needles: Needles | null;

  /** By name. */
  constructor(secrets: Readonly<Record<string, string>> = {}) {
    const spellings = spellingsOf(Object.values(secrets));
    this.#needles = spellings.length === 0 ? null : new Needles(spellings);
  }

  /** For one output from its beginning to its end; null where there is nothing to be masked. */
  forOutput(): Masker | null {
    return this.#needles === null ? null : new Masker(this.#needles);
  }

  /** The same text without any secret. */
  in(text: string): string {
    const masker = this.forOutput();
    if (masker === null) return text;
    return Buffer.concat([masker.push(Buffer.from(text)), masker.flush()]).toString();
  }
}
