/**
 * Owns what a line of a log says, from its bytes: the part after the last carriage return, as a
 * progress bar leaves it, up to a length that a page can hold. Bytes that spell no text become
 * U+FFFD. Never reads a file.
 */

import { onlyColours } from '../page/log/sgr.js';

/** Of a longer line the page shows so much; whoever wants the rest takes the raw log. */
export const shownBytesMax = 65_536;

export const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * The text of a line, its line feed not included. What a carriage return has overwritten leaves only
 * its colours.
 */
export function shownText(line: Uint8Array): string {
  const text = decoded(line.subarray(0, shownEnd(line)));
  const last = text.lastIndexOf('\r');
  return last === -1 ? text : onlyColours(text.slice(0, last)) + text.slice(last + 1);
}

/** Whether the line is longer than what is shown of it. */
export function isCut(length: number): boolean {
  return length > shownBytesMax;
}

export function decoded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Before the carriage returns at its end, and never within a character. */
function shownEnd(line: Uint8Array): number {
  let end = line.length;
  if (isCut(end)) {
    end = shownBytesMax;
    while (end > shownBytesMax - 4 && isContinuation(line[end])) end -= 1;
  }
  while (end > 0 && line[end - 1] === carriageReturn) end -= 1;
  return end;
}

/** Of a character in UTF-8, all but its first byte. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
