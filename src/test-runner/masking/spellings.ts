/**
 * Owns how a secret may stand in an output: as it is, line by line, and in the encodings that tools
 * put a value into by themselves. Never knows what a log is. What is transformed in any other way, by
 * a hash, a compression or a letter between any two, is not recognised.
 */

import { maskedCharactersMin } from '../../protocol/secrets.js';

/** All that is to be masked for these values, each once. */
export function spellingsOf(values: readonly string[]): Uint8Array[] {
  const all = values.flatMap((value) => {
    // Began one with a newline, each newline of an output would wait for what comes after it.
    const text = value.trim();
    if (!isMasked(text)) return [];
    const lines = text.split(/[\r\n]+/).map((line) => line.trim());
    return [
      text,
      ...lines,
      ...quoted(text),
      ...inShell(text),
      ...inXml(text),
      ...inUrls(text),
      ...inBase64(value),
      ...inBase64(text),
    ];
  });
  return [...new Set(all)].filter(isMasked).map((text) => Buffer.from(text));
}

/** Whether it is long enough. */
function isMasked(text: string): boolean {
  return [...text].length >= maskedCharactersMin;
}

/** As JSON has it, and most languages. */
function quoted(value: string): string[] {
  return [JSON.stringify(value).slice(1, -1)];
}

/** As `set -x` prints it: dash puts quotes themselves between other ones, bash a backslash before them. */
function inShell(value: string): string[] {
  return [`'"'"'`, `'\\''`].map((quote) => value.replaceAll("'", quote));
}

/** As XML has it, with quotes or without, by either name. */
function inXml(value: string): string[] {
  const plain = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = plain.replaceAll('"', '&quot;');
  const both = ['&apos;', '&#39;', '&#x27;'].map((quote) => quoted.replaceAll("'", quote));
  return [plain, quoted, ...both];
}

function inUrls(value: string): string[] {
  // Half of a pair of surrogates cannot be written in one: it is what it is in UTF-8 by then.
  const inUrl = encodeURIComponent(Buffer.from(value).toString());
  const inPath = inUrl.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [inUrl, inPath, inUrl.replaceAll('%20', '+'), inPath.replaceAll('%20', '+')];
}

/**
 * Alone, and inside of something longer, as in `user:password`: what three bytes become depends on
 * where in three the value begins, and its first and last letter on what is beside it.
 *
 *   bytes     |  x  |  v     a  |  l  |       x: not of the value
 *   letters   | 1 . 2 . 3 . 4 | 5 . 6 …       2 is of x, too: from 3 on they say the value alone
 */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = 8 * (before + bytes.length);
    return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
  });
  const alone = bytes.toString('base64');
  const all = [alone, alone.replace(/=+$/, ''), ...wrapped(alone), ...inside];
  return [...all, ...all.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** As `base64` prints it. */
function wrapped(text: string): string[] {
  return text.match(/.{1,76}/g) ?? [];
}
