/**
 * Owns the file that a lab's record is written to, as it comes. A record that begins anew begins another
 * file beside the first: what was written stays. Of a line that finds no room nothing stays: whoever
 * reads the record would stop there.
 */

import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { lineOf, type WireHeader } from '../record/record.js';
import { UsageError } from '../world/exit.js';

export class RecordingFile {
  readonly #path: string;
  /** Null: it was given up. */
  #file: number | null;
  #count = 1;

  /** Throws `UsageError` where it cannot be written. */
  constructor(path: string, header: WireHeader) {
    this.#path = path;
    this.#file = opened(path);
    this.write(lineOf(header));
  }

  write(line: string): void {
    if (this.#file === null) return;
    const stat = fstatSync(this.#file);
    try {
      writeFileSync(this.#file, line);
    } catch {
      // A full disk: the lecture goes on, and what is on the page is whole.
      if (stat.isFile()) ftruncateSync(this.#file, stat.size);
    }
  }

  begin(header: WireHeader): void {
    if (this.#file === null) return;
    const former = this.#file;
    this.#count += 1;
    const { dir, name, ext } = parse(this.#path);
    try {
      this.#file = opened(`${dir === '' ? '.' : dir}/${name}-${this.#count}${ext}`);
    } catch (error) {
      // The lecture goes on without it.
      this.#file = null;
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
    closeSync(former);
    this.write(lineOf(header));
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

function opened(path: string): number {
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
    return openSync(path, flags);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--record cannot be written: ${why}`, { cause });
  }
}
