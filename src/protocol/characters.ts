/**
 * Owns how the Python 3 dialect counts: its `len` counts code points where the wire holds bytes.
 */

/** Code points in UTF-8: every byte that does not continue another. */
export function countCharacters(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}
