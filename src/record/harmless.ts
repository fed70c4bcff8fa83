/**
 * Owns how text of strangers is shown where a control character would do something: on a terminal, in a
 * line of a file. Pure.
 */

/** In one line, and nothing in it moves a cursor, rings a bell, or turns the direction of writing. */
export function harmless(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
}
