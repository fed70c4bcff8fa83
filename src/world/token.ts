/**
 * Owns the secret that all who may speak share: where it comes from, and how it is compared.
 * Invariant: no log line, no error, no JSON and no child's environment shows it by accident.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseSecret } from '../protocol/ids.js';
import { UsageError } from './exit.js';
import { seenAt } from './files.js';
import type { Tell } from './story.js';

/** What cannot be guessed in the lifetime of a network: 16 random letters are about 90 bits. */
const charactersMin = 16;

/** Permissions of a file that others than its owner have. */
const othersMay = 0o077;

/** Private fields stay out of JSON and of what `console.log` shows. */
export class Token {
  /** Null where it is from the environment, which nobody can change. */
  readonly #file: string | null;
  #text: string;

  constructor(text: string, file: string | null = null) {
    this.#text = text;
    this.#file = file;
  }

  /** The file that it is from, where others than its owner may read or write that; else null. */
  get exposedIn(): string | null {
    if (this.#file === null || isCredential(this.#file)) return null;
    return ((seenAt(this.#file)?.mode ?? 0) & othersMay) === 0 ? null : this.#file;
  }

  /** Reads its file anew. What cannot be used is not taken; sessions that are open stay so. */
  reread(tell: Tell): void {
    const file = this.#file;
    if (file === null) return;
    try {
      // What is handed over but once, through a pipe, would be waited for without end.
      if (seenAt(file)?.isFile() === false) {
        throw new UsageError(`The token cannot be read anew: ${file} is not a file.`);
      }
      const text = textOf(file);
      if (text === this.#text) return;
      this.#text = text;
      tell({ event: 'token-read', file, msg: `the token was read anew from ${file}` });
      tellIfExposed(this, tell);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const msg = `${error.message} The former token stays in use.`;
      tell({ event: 'token-unusable', level: 'warn', file, msg });
    }
  }

  /** In a time that says nothing about where, or at which length, the two differ. */
  matches(given: string): boolean {
    return timingSafeEqual(digest(this.#text), digest(given));
  }

  /** For the two places where it goes out: our own `hello`, and the line before a request. */
  reveal(): string {
    return this.#text;
  }
}

/** The token in that file, else the one in TRIVET_TOKEN, else null. Throws `UsageError`. */
export function readToken(file: string | undefined): Token | null {
  const given = process.env['TRIVET_TOKEN'];
  // No child of ours, git among them, has any business with it.
  delete process.env['TRIVET_TOKEN'];
  if (file !== undefined) return new Token(textOf(file), file);
  if (given === undefined || given === '') return null;
  return new Token(checked(given, 'The token in TRIVET_TOKEN'));
}

/** A further secret, of that file alone. Throws `UsageError`. */
export function tokenIn(file: string): Token {
  return new Token(textOf(file), file);
}

/** A warning, not a refusal: in a container or under a service manager it may be meant so. */
export function tellIfExposed(token: Token | null, tell: Tell): void {
  const file = token?.exposedIn ?? null;
  if (file === null) return;
  const msg = `others on this machine may read the token in ${file}: chmod 600 ${file}`;
  tell({ event: 'token-exposed', level: 'warn', file, msg });
}

/** What systemd gives to a service alone may have a group's permissions, which are a list's mask. */
function isCredential(file: string): boolean {
  const folder = process.env['CREDENTIALS_DIRECTORY'] ?? '';
  return folder !== '' && dirname(resolve(file)) === resolve(folder);
}

function textOf(file: string): string {
  return checked(readFile(file), `The token in ${file}`);
}

function checked(text: string, what: string): string {
  const secret = parseSecret(text.trim());
  if (secret !== null && secret.length >= charactersMin) return secret;
  throw new UsageError(
    `${what} must be ${charactersMin} to 256 letters, digits or signs, without spaces and ` +
      'colons: make one with "openssl rand -hex 32".',
  );
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read the token file ${path} (${code ?? message}).`);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
