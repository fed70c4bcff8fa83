/**
 * Owns how text from outside is shown on a terminal.
 */

import { controls } from '../protocol/characters.js';

/** No escapes, no newlines. */
export function harmless(text: string): string {
  return text.replace(controls, '?');
}
