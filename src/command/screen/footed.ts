/**
 * Owns a story that goes on upwards, as any does on a terminal, with a few lines below it that stay
 * at the bottom and change. What was told is in the terminal's history, as if nothing were below.
 */

import { type Frame, painted, type Size } from './painting.js';
import { holdTerminal } from './terminal.js';

export interface Footed {
  /** Tells these lines, and shows the foot as it is now. */
  tell(lines: readonly string[]): void;
  /** Takes the foot away. */
  close(): void;
}

/** `foot` is asked for its lines whenever something may have changed. */
export function footed(foot: (size: Size) => Frame, key: (name: string) => void): Footed {
  let shown: Frame = [];
  const terminal = holdTerminal({
    ...{ isFull: false, key },
    resized: () => tell([]),
    resumed: () => {
      shown = [];
      terminal.write('\n');
      tell([]);
    },
  });
  const tell = (lines: readonly string[]) => {
    const size = terminal.size();
    const next = foot(size).map((line) => painted(line, size.columns));
    const text = footing(shown, lines, next);
    shown = next;
    if (text !== '') terminal.write(text);
  };
  tell([]);
  return {
    tell,
    close: () => {
      terminal.write(footing(shown, [], []));
      terminal.close();
    },
  };
}

/** The cursor stands in the foot's last line, always. Empty where there is nothing to change. */
export function footing(before: Frame, told: readonly string[], after: Frame): string {
  const isSame = before.length === after.length && before.every((line, row) => line === after[row]);
  if (isSame && told.length === 0) return '';
  const up = before.length > 1 ? `\u001b[${before.length - 1}A` : '';
  const above = told.map((line) => `${line}\u001b[0m\u001b[K\n`).join('');
  return `${up}\r\u001b[J${above}${after.join('\n')}`;
}
