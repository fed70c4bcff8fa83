/**
 * Owns the file that the record of the wire is written to, with `--wire-log`: a header and a line each.
 * A full one becomes `<file>.1`, the one before that `<file>.2`, and so on; each is a recording of its own.
 * Never makes anybody wait: lines queue, within a bound, and beyond it are counted as missed. A file that
 * cannot be written any more is told of once and given up; the dispatcher goes on.
 */

import { closeSync, openSync, statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { lineOf, type WireHeader } from '../../record/record.js';
import { UsageError } from '../../world/exit.js';
import type { Tell } from '../../world/story.js';
import type { RecordSink } from '../feed/recorder.js';

export interface WireFileLimits {
  readonly fileBytesMax: number;
  /** Lines that wait for the disk. */
  readonly queuedBytesMax: number;
  /** Besides the one that is being written. */
  readonly olderFiles: number;
}

/** Some 200,000 messages a file: as many as the page shows well. */
const limitsDefault: WireFileLimits = {
  fileBytesMax: 64 * 1_024 * 1_024,
  queuedBytesMax: 8 * 1_024 * 1_024,
  olderFiles: 4,
};

const anotherFile = Symbol('another file');

/** Throws `UsageError` where it cannot be written. */
export function checkWireFile(path: string): void {
  try {
    // Of a pipe that nobody reads, the opening would never end.
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
    if (!isFile) throw new Error('it is no file');
    closeSync(openSync(path, 'a'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `Cannot write the record of the wire to ${path} (${code ?? message}): ` +
        'name a file in a folder that is there with --wire-log.',
    );
  }
}

export class WireFile implements RecordSink {
  readonly #path: string;
  readonly #tell: Tell;
  readonly #limits: WireFileLimits;
  #queue: (string | typeof anotherFile)[] = [];
  #queuedBytes = 0;
  /** Of the file that what is queued last will be in. */
  #fileBytes = 0;
  #header = '';
  /** The first and the last that found no room in the queue. */
  #missed: { readonly from: number; readonly to: number } | null = null;
  #file: FileHandle | null = null;
  #writing: Promise<void> | null = null;
  #isGivenUp = false;

  constructor(path: string, tell: Tell, limits = limitsDefault) {
    this.#path = path;
    this.#tell = tell;
    this.#limits = limits;
  }

  begin(header: WireHeader): void {
    this.#header = lineOf(header);
    this.#another();
  }

  write(n: number, line: string): boolean {
    if (this.#isGivenUp) return false;
    const bytes = Buffer.byteLength(line);
    if (this.#queuedBytes + bytes > this.#limits.queuedBytesMax) {
      this.#missed = { from: this.#missed?.from ?? n, to: n };
      return false;
    }
    const isAnother = this.#fileBytes + bytes > this.#limits.fileBytesMax;
    if (isAnother) this.#another();
    this.#putMissed();
    this.#put(line);
    return isAnother;
  }

  /** Resolves once all is written that was queued, and what is missing at the end is said. */
  async close(): Promise<void> {
    if (!this.#isGivenUp) this.#putMissed();
    this.#isGivenUp = true;
    await this.#writing;
    await this.#file?.close();
    this.#file = null;
  }

  #another(): void {
    this.#queue.push(anotherFile);
    this.#fileBytes = 0;
    this.#put(this.#header);
  }

  #putMissed(): void {
    if (this.#missed === null) return;
    const missed = lineOf({ kind: 'missed', ...this.#missed });
    this.#missed = null;
    this.#put(missed);
  }

  #put(line: string): void {
    const bytes = Buffer.byteLength(line);
    this.#queue.push(line);
    this.#queuedBytes += bytes;
    this.#fileBytes += bytes;
    this.#writing ??= this.#work();
  }

  /** Writes what is queued, and what is queued meanwhile. */
  async #work(): Promise<void> {
    try {
      // What comes in the same turn of the loop is written at once.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#queue.length > 0) {
        const queued = this.#queue;
        this.#queue = [];
        await this.#writeAll(queued);
      }
    } catch (error) {
      this.#giveUp(error);
    } finally {
      this.#writing = null;
    }
  }

  async #writeAll(queued: readonly (string | typeof anotherFile)[]): Promise<void> {
    let text = '';
    for (const one of queued) {
      if (one !== anotherFile) {
        text += one;
        continue;
      }
      await this.#append(text);
      text = '';
      await this.#openAnother();
    }
    await this.#append(text);
  }

  async #append(text: string): Promise<void> {
    if (text === '') return;
    await this.#file?.appendFile(text);
    this.#queuedBytes -= Buffer.byteLength(text);
  }

  async #openAnother(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    // An empty one is as good as new.
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) > 0) await this.#moveOlder();
    this.#file = await open(this.#path, 'a');
  }

  async #moveOlder(): Promise<void> {
    for (let age = this.#limits.olderFiles; age > 0; age -= 1) {
      const younger = age === 1 ? this.#path : `${this.#path}.${age - 1}`;
      await rename(younger, `${this.#path}.${age}`).catch(unlessMissing);
    }
  }

  #giveUp(error: unknown): void {
    this.#isGivenUp = true;
    this.#queue = [];
    void this.#file?.close().catch(() => {});
    this.#file = null;
    const { code, message } = error as NodeJS.ErrnoException;
    const msg = `no record of the wire any more: ${this.#path} cannot be written (${code ?? message})`;
    this.#tell({ event: 'wire-log-given-up', level: 'error', file: this.#path, msg });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
