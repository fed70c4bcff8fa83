/**
 * Owns the comparison of what should come over the wire with what came: at which byte they part, and
 * how that looks. Pure. The first byte of a connection is byte 0, as offsets are on the wire.
 *
 *   at byte 4: expected nothing more, got "\n"
 *     expected  70 6f 6e 67     pong
 *     came      70 6f 6e 67 0a  pong.
 *                           ^^      ^
 */

/** A text that must stand there, or something that has a name and a form. */
export type Part = string | { readonly says: string; readonly form: RegExp };

/** Where the two part. */
export interface Difference {
  readonly at: number;
  /** What should stand there, as a sentence has it: `"OK"`, `a port`, `nothing more`. */
  readonly expected: string;
  /** The same, of the other side. */
  readonly got: string;
  /** The whole of what was expected, where it is known byte by byte. */
  readonly whole: Buffer | null;
  /** The whole of what was expected, in words: `register:<host>:<port>`. */
  readonly form: string;
  readonly came: Buffer;
}

/** What stands for a whole number in a message. */
export const digits = (says: string): Part => ({ says, form: /^[0-9]+/ });

/** Null where `came` is all that these parts say, and nothing more. */
export function difference(parts: readonly Part[], came: Buffer): Difference | null {
  const text = came.toString('latin1');
  let at = 0;
  for (const part of parts) {
    const found = typeof part === 'string' ? sameFrom(bytesOf(part), text, at) : part.form;
    const length =
      typeof found === 'number' ? found : (found.exec(text.slice(at))?.[0].length ?? -1);
    if (typeof part === 'string' && length < Buffer.byteLength(part)) {
      const rest = Buffer.from(part).subarray(length).toString();
      return parting(parts, came, at + length, quoted(rest));
    }
    if (length <= 0) {
      const says = typeof part === 'string' ? quoted(part) : part.says;
      return parting(parts, came, at, says);
    }
    at += length;
  }
  return at === came.length ? null : parting(parts, came, at, 'nothing more');
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** How many bytes of `expected` stand in `text` from there on. */
function sameFrom(expected: string, text: string, at: number): number {
  let same = 0;
  while (same < expected.length && expected[same] === text[at + same]) same += 1;
  return same;
}

function parting(parts: readonly Part[], came: Buffer, at: number, expected: string): Difference {
  const isKnown = parts.every((part) => typeof part === 'string');
  const form = parts.map((part) => (typeof part === 'string' ? part : `<${part.says}>`)).join('');
  return {
    at,
    expected,
    got: gotAt(came, at),
    whole: isKnown ? Buffer.from(form) : null,
    form,
    came,
  };
}

/** What stands there, as a sentence has it. */
export function gotAt(came: Buffer, at: number): string {
  const rest = came.subarray(at);
  if (rest.length === 0) return came.length === 0 ? 'nothing' : 'nothing more';
  return rest.length <= quotedMost
    ? quoted(rest)
    : `${quoted(rest.subarray(0, quotedMost))} and ${rest.length - quotedMost} bytes more`;
}

/** Longer ones say no more about the place where they begin. */
const quotedMost = 24;

/** Bytes as a program's text would spell them: `"ok\n"`. What is no UTF-8 is spelled `\xff`. */
export function quoted(bytes: Buffer | string): string {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isText = Buffer.from(text).equals(buffer);
  const escaped = JSON.stringify(isText ? text : buffer.toString('latin1'));
  const hexed = (c: string) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return escaped
    .replace(/\\u00([0-9a-f]{2})/g, '\\x$1')
    .replace(isText ? /[\x7f-\x9f]/g : /[\x7f-\xff]/g, hexed);
}

/** The sentence: `at byte 14: expected "OK", got "ok\n"`. */
export function sentence({ at, expected, got }: Difference): string {
  return `at byte ${at}: expected ${expected}, got ${got}`;
}

/** Both sides around the byte where they part, a caret below it. */
export function sideBySide({ at, whole, form, came }: Difference): string[] {
  const from = Math.max(
    0,
    Math.min(at - rowBytes / 2, Math.max(whole?.length ?? 0, came.length) - rowBytes),
  );
  const rows = [whole, came].map((bytes) => bytes?.subarray(from, from + rowBytes) ?? null);
  const widest = Math.max(...rows.map((row) => row?.length ?? 0), at - from + 1);
  const [above, below] = rows.map((row) => (row === null ? form : dumped(row, widest)));
  const column = at - from;
  const caret = `${' '.repeat(3 * column)}^^${' '.repeat(3 * (widest - column) - 2 + 1 + column)}^`;
  const ahead = from === 0 ? '' : `  (from byte ${from})`;
  return [`expected  ${above}`, `came      ${below}${ahead}`, `          ${caret}`];
}

/** So many of each side fit on a line of 80 columns. */
const rowBytes = 16;

function dumped(bytes: Buffer, width: number): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
  return `${hex.padEnd(3 * width)} ${text}`;
}
