/**
 * Owns the search in a log: every place of a text, counted truly, whether folded or not, and listed as
 * lines and columns of what a reader sees. Small letters in the query find capitals too, as far as ASCII
 * has them; a capital finds itself. What is cut from the view of a very long line is not searched.
 */

import type { LogSearch } from '../../protocol/log-documents.js';
import { visible } from '../page/log/sgr.js';
import { lineFeed, shownText } from './line-text.js';
import { type Read, wholeLines } from './lines-in-file.js';
import { seen } from './seen-bytes.js';

type Hit = LogSearch['hits'][number];

const hitsMax = 10_000;

export const queryCharactersMax = 200;

/** `breathe` lets others have their turn, and answers false where nobody wants the answer any more. */
export async function search(
  read: Read,
  bytes: number,
  { query, after }: { readonly query: string; readonly after: number },
  breathe: () => Promise<boolean>,
): Promise<LogSearch> {
  const isExact = /[A-Z]/.test(query);
  const needle = Buffer.from(query);
  const hits: Hit[] = [];
  let total = 0;
  let line = 1;
  let text = Buffer.alloc(0);
  for (const block of wholeLines(read, 0, bytes)) {
    if (needle.length === 0) break;
    if (text.length < block.length) text = Buffer.allocUnsafe(block.length);
    const { bytes: length, lines } = seen(block, text, isExact);
    const haystack = text.subarray(0, length);
    const isListing = hits.length < hitsMax;
    if (isListing) list(block, haystack, { query, isExact, line, after }, hits);
    total += count(haystack, needle);
    line += lines;
    if (!(await breathe())) break;
  }
  return { total, hits, length: query.length };
}

/** None overlaps another, or goes over a line's end. */
function count(haystack: Buffer, needle: Buffer): number {
  let total = 0;
  let at = haystack.indexOf(needle);
  while (at !== -1) {
    total += 1;
    at = haystack.indexOf(needle, at + needle.length);
  }
  return total;
}

interface Sought {
  readonly query: string;
  readonly isExact: boolean;
  /** The number of the block's first line. */
  readonly line: number;
  readonly after: number;
}

/** Adds what is found in these lines; `haystack` is what is seen of `block`. */
function list(
  block: Buffer,
  haystack: Buffer,
  { query, isExact, line, after }: Sought,
  hits: Hit[],
) {
  let current = line;
  let from = 0;
  let seenEnd = lineEnd(haystack, 0);
  for (let at = haystack.indexOf(query); at !== -1 && hits.length < hitsMax; ) {
    while (seenEnd < at) {
      from = lineEnd(block, from) + 1;
      seenEnd = lineEnd(haystack, seenEnd + 1);
      current += 1;
    }
    if (current > after) {
      const text = visible(shownText(block.subarray(from, lineEnd(block, from))));
      const columns = columnsOf(isExact ? text : lowered(text), query);
      const room = hitsMax - hits.length;
      hits.push(...columns.slice(0, room).map((column): Hit => [current, column]));
    }
    at = haystack.indexOf(query, seenEnd);
  }
}

function columnsOf(text: string, query: string): number[] {
  const columns: number[] = [];
  for (let at = text.indexOf(query); at !== -1; at = text.indexOf(query, at + query.length)) {
    columns.push(at);
  }
  return columns;
}

function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(lineFeed, from);
  return end === -1 ? bytes.length : end;
}
