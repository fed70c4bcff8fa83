/**
 * Owns how much of a message its record keeps. A head is written down without the white space at its end, so
 * that the newline which ends every message is missing from it: that one is put back, for it is known.
 * Pure.
 */

import { headBytesMax, type WireMessage } from './record.js';

export interface Kept {
  /** What is known of the message, from its first byte on. */
  readonly text: string;
  /** What is not, as the end of a sentence that tells its size; empty: all is known. */
  readonly says: string;
}

/** Words and what breaks the grammar need not end in a newline. */
const withoutGrammar: readonly string[] = ['reply', 'garbage'];

export function keptOf({ verb, bytes, head }: WireMessage): Kept {
  if (verb === 'garbage') return { text: '', says: ', of which none are kept' };
  const headBytes = new TextEncoder().encode(head).length;
  const missing = bytes - headBytes;
  if (missing <= 0) return { text: head, says: '' };
  if (missing === 1 && !withoutGrammar.includes(verb)) return { text: `${head}\n`, says: '' };
  if (bytes > headBytesMax)
    return { text: head, says: `, of which the first ${headBytes} are kept` };
  const last =
    missing === 1 ? 'the last, white space, is' : `the last ${missing}, white space, are`;
  return { text: head, says: `, of which ${last} not kept` };
}
