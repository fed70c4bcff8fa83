/**
 * Owns colours: one at a time, and none where nobody would see it, or NO_COLOR asks for none.
 */

import { styleText } from 'node:util';

export type Shade =
  | 'bold'
  | 'dim'
  | 'inverse'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'magenta'
  | 'cyan';

/** Of several, node would look neither at the stream nor at NO_COLOR: nest calls instead. */
export function shaded(shade: Shade, text: string): string {
  return text === '' ? '' : styleText(shade, text);
}
