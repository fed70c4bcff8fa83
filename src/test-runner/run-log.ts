/**
 * Owns one log while it is written: output as it comes, and below it the reason where that is no
 * output. Throws what the disk says; keeps no byte in memory.
 */

import type { OpenFile } from '../world/disk.js';
import type { LastOutput } from './executor.js';

const lineFeed = 0x0a;

/** More than any tool needs for its last words, with what processes print as they end. */
const lastBytes = 64 * 1_024;

export class RunLog {
  readonly file: OpenFile;
  readonly #grown: (bytes: number) => void;
  #bytes = 0;
  #isMidLine = false;

  /** `grown` hears how long it is now. */
  constructor(file: OpenFile, grown: (bytes: number) => void) {
    this.file = file;
    this.#grown = grown;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      at += this.file.write(bytes.subarray(at), this.#bytes + at);
    }
    if (bytes.length > 0) this.#isMidLine = bytes.at(-1) !== lineFeed;
    this.#bytes += bytes.length;
    this.#grown(this.#bytes);
  }

  /** On a line of its own. */
  line(text: string): void {
    this.append(Buffer.from(`${this.#isMidLine ? '\n' : ''}${text}\n`));
  }

  /** Who reads the log looks for the reason there, in its last line. */
  finish(reason: string): void {
    if (reason !== '') this.line(`${reason}.`);
  }

  last(): LastOutput {
    const bytes = Buffer.alloc(Math.min(this.#bytes, lastBytes));
    const from = this.#bytes - bytes.length;
    return { text: bytes.toString('utf8', 0, this.file.read(bytes, from)), isAll: from === 0 };
  }
}
