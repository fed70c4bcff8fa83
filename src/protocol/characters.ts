/**
 * Owns what is to be known of characters: how the Python 3 dialect counts them, for its `len`
 * counts code points where the wire holds bytes, and which ones no text for people may hold.
 */

import * as z from 'zod';

/** What commands a terminal, ends a line or turns text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is being removed
export const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Code points in UTF-8: every byte that does not continue another. */
export function countCharacters(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

/** Text fit for people: control characters (terminal escapes among them) become spaces. */
export function plain(text: string, charactersMax: number): string {
  return text.replace(controls, ' ').slice(0, charactersMax);
}

/** The same of a text in JSON. */
export function prose(charactersMax: number) {
  return z.string().overwrite((text) => plain(text, charactersMax));
}
