/**
 * Owns what is written to a terminal so that it shows a frame: the lines that changed, each at its
 * place, and nothing else. The screen is never cleared, which would flicker: a line that is rewritten
 * ends what was behind it.
 */

import { cut, widthOf } from './cells.js';

/** The screen's lines from top to bottom, coloured perhaps; those that are missing are empty. */
export type Frame = readonly string[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Terminals that know these show all that is between at once; the others drop them. */
const [together, done] = ['\u001b[?2026h', '\u001b[?2026l'];

const noColour = '\u001b[0m';
const eraseToEnd = '\u001b[K';

/** `before`: what the screen shows; null: that is not known. Empty where nothing changed. */
export function painting(before: Frame | null, after: Frame, { columns, rows }: Size): string {
  const changed = Array.from({ length: rows }, (_, row) => row).filter(
    (row) => before === null || (before[row] ?? '') !== (after[row] ?? ''),
  );
  if (changed.length === 0) return '';
  const lines = changed.map((row) => `\u001b[${row + 1};1H${painted(after[row] ?? '', columns)}`);
  return `${together}${lines.join('')}${done}`;
}

/** A line that is full has nothing behind it, and to erase there would take its last letter. */
export function painted(line: string, columns: number): string {
  const text = cut(line, columns);
  return `${text}${noColour}${widthOf(text) < columns ? eraseToEnd : ''}`;
}
