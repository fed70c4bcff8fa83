/**
 * Owns how text of strangers is shown in what is made of a record, where a control character would do
 * something: on a terminal, in a line of a file. A newline is a part of a message there, and stays told
 * apart from others; a story needs only be safe to read, and has "?" for all of them (world/story.ts). Pure.
 */

/** In one line, and nothing in it moves a cursor, rings a bell, or turns the direction of writing. */
export function printable(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
}
