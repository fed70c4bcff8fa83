/**
 * Owns a whole screen that shows one frame after another.
 */

import { exitCodes } from '../../world/exit.js';
import { endingSignals } from '../../world/signals.js';
import { type Frame, painting, type Size } from './painting.js';
import { holdTerminal } from './terminal.js';

export interface FullScreen {
  /** Shows what is the case now. */
  refresh(): void;
  close(): void;
}

/** `frame` is asked for whenever something may have changed, the size included. */
export function fullScreen(frame: (size: Size) => Frame, key: (name: string) => void): FullScreen {
  let shown: Frame | null = null;
  const anew = () => {
    shown = null;
    refresh();
  };
  const terminal = holdTerminal({ isFull: true, key, resized: anew, resumed: anew });
  const refresh = () => {
    const size = terminal.size();
    const next = frame(size);
    const text = painting(shown, next, size);
    shown = next;
    if (text !== '') terminal.write(text);
  };
  // The terminal is given back as we leave.
  for (const signal of endingSignals) {
    process.on(signal, () => process.exit(exitCodes.aborted));
  }
  refresh();
  return { refresh, close: terminal.close };
}
