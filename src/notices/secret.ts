/**
 * Owns a secret that another program wants to see: from a file, and out of every text that is told.
 * Invariant: no log line, no JSON and no error shows it by accident.
 */

import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../world/exit.js';
import { seenAt } from '../world/files.js';

/** A token or a key; no file of a secret is larger. */
const charactersMax = 8_192;

/** Permissions of a file that others than its owner have. */
const othersMay = 0o077;

/** Private fields stay out of JSON and of what `console.log` shows. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** For the one place where it goes out. */
  reveal(): string {
    return this.#text;
  }

  /** That text without it: a server may repeat what it was sent. */
  hiddenIn(text: string): string {
    return text.replaceAll(this.#text, '***');
  }
}

/** The secret that is all there is in the file. Throws `UsageError`. */
export function secretIn(path: string): Secret {
  return new Secret(lineIn(path));
}

/** Whether others on this machine may read the file. */
export function isExposed(path: string): boolean {
  return ((seenAt(path)?.mode ?? 0) & othersMay) !== 0;
}

function lineIn(path: string): string {
  const text = textIn(path).trim();
  if (text !== '' && text.length <= charactersMax && !/[\r\n\0]/.test(text)) return text;
  throw new UsageError(`${path} is to hold one secret, in one line, and nothing else.`);
}

function textIn(path: string): string {
  try {
    // A pipe would be waited for, and a device read, without end.
    if (!statSync(path).isFile()) throw new UsageError(`${path} is not a file.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read the secret in ${path} (${code ?? message}).`);
  }
}
