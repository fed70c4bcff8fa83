/**
 * Owns how a secret is read: from a terminal letter by letter, which shows none of them, or else all
 * that standard input holds. Never from the command line, which every user of the machine can read.
 */

import { UsageError } from '../world/exit.js';

/** What a terminal is to us; `process.stdin` is one where somebody sits before it. */
export interface Input extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** The value. On a terminal it is asked for by `prompt`, and ends with Enter. */
export async function readHidden(
  input: Input,
  prompt: string,
  show: (text: string) => void,
): Promise<string> {
  if (input.isTTY !== true || input.setRawMode === undefined) return readAll(input);
  show(prompt);
  // From here on the terminal neither shows what is typed nor makes signals of it.
  input.setRawMode(true);
  try {
    return await readLine(input);
  } finally {
    input.setRawMode(false);
    show('\n');
  }
}

const enter = ['\r', '\n', '\u0004'];
const interrupt = '\u0003';
const backspace = ['\u007f', '\b'];
/** Ctrl-U: begins anew. */
const kill = '\u0015';

async function readLine(input: Input): Promise<string> {
  const decoder = new TextDecoder();
  const typed: string[] = [];
  for await (const bytes of input) {
    for (const letter of decoder.decode(Buffer.from(bytes), { stream: true })) {
      if (enter.includes(letter)) return typed.join('');
      if (letter === interrupt) throw new UsageError('Given up: nothing was changed.');
      if (backspace.includes(letter)) typed.pop();
      else if (letter === kill) typed.length = 0;
      else typed.push(letter);
    }
  }
  return typed.join('');
}

/** As it is; but the newline that ends a text of one line is no part of it. */
async function readAll(input: Input): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const bytes of input) pieces.push(Buffer.from(bytes));
  const text = decoded(Buffer.concat(pieces));
  return /^[^\n]*\n$/.test(text) ? text.replace(/\r?\n$/, '') : text;
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // It would come to the step as something else.
    throw new UsageError('A secret is text in UTF-8: give other bytes in base64.');
  }
}
