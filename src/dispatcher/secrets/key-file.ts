/**
 * Owns the key that secrets are sealed with, in a file beside the data folder and not in it: whoever
 * has a copy of the store alone, a backup, has nothing. Never replaces a file.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../world/exit.js';
import { readIfThere, seenAt, syncToDisk } from '../../world/files.js';
import { keyBytes } from './sealing.js';

export class KeyFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The key; null where there is no file. Throws `UsageError` where what is there is none. */
  read(): Uint8Array | null {
    const text = this.#text()?.trim() ?? null;
    if (text === null) return null;
    if (/^[0-9a-f]+$/.test(text) && text.length === 2 * keyBytes) return Buffer.from(text, 'hex');
    throw new UsageError(
      `${this.path} does not hold the key of the secrets, ${2 * keyBytes} hex digits`,
    );
  }

  /** A new one, on disk when it returns. Throws `UsageError` where it cannot be made. */
  make(): Uint8Array {
    const key = randomBytes(keyBytes);
    const draft = `${this.path}.${process.pid}.new`;
    try {
      const file = openSync(draft, 'wx', 0o600);
      try {
        writeFileSync(file, `${key.toString('hex')}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      // Not by renaming, which replaces what came there meanwhile.
      linkSync(draft, this.path);
      syncToDisk(dirname(this.path));
      return key;
    } catch (error) {
      throw new UsageError(`the key ${this.path} cannot be made (${codeOf(error)})`);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Whether others than its owner may read or write it. */
  isExposed(): boolean {
    return ((seenAt(this.path)?.mode ?? 0) & 0o077) !== 0;
  }

  #text(): string | null {
    try {
      return readIfThere(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new UsageError(`the key ${this.path} cannot be read (${codeOf(error)})`);
    }
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
