/**
 * Owns how lines come to standard output: on a terminal each in one row of it, else as long as they are.
 */

import { cut } from '../screen/cells.js';

/** How wide a line may be. */
export function columnsHere(): number {
  return process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${cut(line, columnsHere())}\n`).join(''));
}

/** A document, for programs. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
