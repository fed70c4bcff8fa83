/**
 * Owns what a stage says of a program that did not do what was expected of it.
 */

import { type Difference, sentence } from './bytes.js';

/** Ends a stage. `says` is one sentence; `hint` is what to look at, where that can be told. */
export class Complaint extends Error {
  override readonly name = 'Complaint';

  constructor(
    readonly says: string,
    readonly hint: string | null = null,
    readonly difference: Difference | null = null,
  ) {
    super(says);
  }
}

/** Of bytes that are not the expected ones; `where` says on which connection: `in the answer to "ping"`. */
export function complaintOf(
  where: string,
  found: Difference,
  hint: string | null = null,
): Complaint {
  return new Complaint(`${where}, ${sentence(found)}`, hint, found);
}

/** Throws where there is a difference. */
export function throwIfDifferent(
  where: string,
  found: Difference | null,
  hint: string | null = null,
): void {
  if (found !== null) throw complaintOf(where, found, hint);
}
