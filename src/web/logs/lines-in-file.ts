/**
 * Owns the way over the lines of a file, one after the other, from any line's beginning. Memory: a
 * window, whatever the file and its lines.
 */

import { lineFeed, shownBytesMax } from './line-text.js';

/** Fills `into` from `offset` on; answers how many bytes there were. */
export type Read = (offset: number, into: Uint8Array) => number;

export interface FileLine {
  readonly offset: number;
  /** Its beginning, somewhat more than can be shown; to be looked at before the next line is. */
  readonly head: Uint8Array;
  /** In bytes, without its line feed. */
  readonly length: number;
}

const windowBytes = 1_024 * 1_024;

/** So that one can see where the last character ends that is shown. */
const headBytesMax = shownBytesMax + 4;

/** The lines from that offset to `end`, the last one perhaps without its line feed. */
export function* linesFrom(read: Read, offset: number, end: number): Generator<FileLine> {
  for (const { at, bytes, length } of blocks(read, offset, end, 4 * shownBytesMax)) {
    let from = 0;
    for (let to = bytes.indexOf(lineFeed); to !== -1; to = bytes.indexOf(lineFeed, from)) {
      yield {
        offset: at + from,
        head: bytes.subarray(from, to).subarray(0, headBytesMax),
        length: length ?? to - from,
      };
      from = to + 1;
    }
    if (from === bytes.length) continue;
    const rest = bytes.subarray(from);
    yield {
      offset: at + from,
      head: rest.subarray(0, headBytesMax),
      length: length ?? rest.length,
    };
  }
}

/** The same, many lines at a time, each with its line feed, and of a very long one only the beginning. */
export function* wholeLines(read: Read, offset: number, end: number): Generator<Buffer> {
  for (const { bytes } of blocks(read, offset, end, windowBytes)) yield bytes;
}

interface Block {
  readonly at: number;
  /** Whole lines, or the beginning of one that does not fit into a window; to be looked at at once. */
  readonly bytes: Buffer;
  /** Of that one line; null: they are whole. */
  readonly length: number | null;
}

function* blocks(read: Read, offset: number, end: number, most: number): Generator<Block> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(most, end - offset)));
  for (let at = offset; at < end; ) {
    const bytes = buffer.subarray(0, read(at, buffer.subarray(0, end - at)));
    if (bytes.length === 0) return;
    const whole = at + bytes.length >= end ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
    if (whole > 0) {
      yield { at, bytes: bytes.subarray(0, whole), length: null };
      at += whole;
      continue;
    }
    const head = Buffer.from(bytes.subarray(0, headBytesMax + 1));
    const next = lineEnd(read, at + bytes.length, end, buffer);
    if (next < end) head[headBytesMax] = lineFeed;
    yield { at, bytes: next < end ? head : head.subarray(0, headBytesMax), length: next - at };
    at = next + 1;
  }
}

/** Where the line ends that goes on at `offset`. */
function lineEnd(read: Read, offset: number, end: number, buffer: Buffer): number {
  for (let at = offset; at < end; ) {
    const bytes = buffer.subarray(0, read(at, buffer.subarray(0, end - at)));
    const to = bytes.indexOf(lineFeed);
    if (to !== -1) return at + to;
    if (bytes.length === 0) break;
    at += bytes.length;
  }
  return end;
}
