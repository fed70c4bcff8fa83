/**
 * Owns the masks of one run: made once of all its secrets, for each of its outputs and for all that is
 * said of it. A run without secrets has none, and its output is not even looked at.
 */

import type { z } from 'zod';
import { maskedCharactersMin } from '../../protocol/secrets.js';
import { Masker, mask } from './masker.js';
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

  /** A sentence without any secret, nor the beginning of one at its end: it may have been cut there. */
  in(text: string): string {
    const masker = this.forOutput();
    if (masker === null) return text;
    const passed = masker.push(Buffer.from(text)).toString();
    const rest = masker.flush().toString();
    return passed + (rest.length < maskedCharactersMin ? rest : mask);
  }

  /** The same of all sentences in a value of that schema, which are cut as that has it. */
  inAll<Value>(value: Value, schema: z.ZodType<Value>): Value {
    if (this.#needles === null) return schema.parse(value);
    const masked: unknown = JSON.parse(JSON.stringify(value), (_, part) =>
      typeof part === 'string' ? this.in(part) : part,
    );
    return schema.parse(masked);
  }
}
