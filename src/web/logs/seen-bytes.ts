/**
 * Owns what a reader sees of whole lines, as bytes: without escape sequences and control characters,
 * without what a carriage return overwrote, without what is cut of a long line. It says what `visible` and
 * `shownText` say, for a hundred megabytes at a time.
 */

import { lineFeed, shownBytesMax } from './line-text.js';
import { escapeByte } from './style-trail.js';

const carriageReturn = 0x0d;
const bell = 0x07;
const backslash = 0x5c;

/** In UTF-8, the first byte of a control character of the upper half. */
const upper = 0xc2;

/** Bytes that may be something other than themselves. */
const odd = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < 32 && byte !== 0x09) || byte === 0x7f || byte === upper ? 1 : 0,
);

/** Capitals as small letters; only those of ASCII. */
const small = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);
const same = Uint8Array.from({ length: 256 }, (_, byte) => byte);

export interface Seen {
  readonly bytes: number;
  /** Line feeds in them. */
  readonly lines: number;
}

/** Writes what is seen of `lines` into `into`, which has room for as much; answers how much it is. */
export function seen(lines: Uint8Array, into: Uint8Array, isExact: boolean): Seen {
  const letters = isExact ? same : small;
  let count = 0;
  let written = 0;
  let lineAt = 0;
  let isOverwritten = false;
  let cutAt = shownBytesMax;
  let end = Math.min(lines.length, cutAt);
  for (let at = 0; at < lines.length; ) {
    const byte = lines[at] ?? 0;
    if (byte === lineFeed) {
      into[written] = byte;
      written += 1;
      count += 1;
      lineAt = written;
      at += 1;
      isOverwritten = false;
      cutAt = at + shownBytesMax;
      end = Math.min(lines.length, cutAt);
    } else if (at >= cutAt) {
      at = lineEnd(lines, at);
    } else if (byte === carriageReturn) {
      isOverwritten = true;
      at += 1;
    } else {
      if (isOverwritten) written = lineAt;
      isOverwritten = false;
      const skipped = odd[byte] === 0 ? 0 : skippedAt(lines, at, cutAt);
      at += skipped;
      if (skipped > 0) continue;
      // Nearly all of a log is read here.
      do {
        into[written] = letters[lines[at] ?? 0] ?? 0;
        written += 1;
        at += 1;
      } while (at < end && odd[lines[at] ?? 0] === 0);
    }
  }
  return { bytes: written, lines: count };
}

function lineEnd(lines: Uint8Array, from: number): number {
  const end = lines.indexOf(lineFeed, from);
  return end === -1 ? lines.length : end;
}

/** How many bytes there are no part of the text; 0: it is a letter after all. */
function skippedAt(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
  if (bytes[at] === upper) return next >= 0x80 && next < 0xa0 ? 2 : 0;
  if (bytes[at] !== escapeByte) return 1;
  if (next === 0x5d) return commandEnd(bytes, at + 2, end) - at;
  if (next === 0x5b) {
    const parameters = past(bytes, at + 2, end, 0x30, 0x3f);
    const last = past(bytes, parameters, end, 0x20, 0x2f);
    if (isWithin(bytes, last, end, 0x40, 0x7e)) return last + 1 - at;
  }
  const last = past(bytes, at + 1, end, 0x20, 0x2f);
  return (isWithin(bytes, last, end, 0x30, 0x7e) ? last + 1 : last) - at;
}

/** Behind a command to the terminal, which ends with a bell or `ESC \`, or with its line. */
function commandEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !isCommandEnd(bytes[at] ?? lineFeed)) at += 1;
  if (at < end && bytes[at] === bell) return at + 1;
  return at + 1 < end && bytes[at] === escapeByte && bytes[at + 1] === backslash ? at + 2 : at;
}

function isCommandEnd(byte: number): boolean {
  return byte === bell || byte === escapeByte || byte === lineFeed;
}

/** Behind bytes of that range. */
function past(bytes: Uint8Array, from: number, end: number, least: number, most: number): number {
  let at = from;
  while (isWithin(bytes, at, end, least, most)) at += 1;
  return at;
}

function isWithin(bytes: Uint8Array, at: number, end: number, least: number, most: number) {
  const byte = at < end ? (bytes[at] ?? 0) : 0;
  return byte >= least && byte <= most;
}
