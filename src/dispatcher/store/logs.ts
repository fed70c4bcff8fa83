/**
 * Owns what suites printed: one append-only file a run, written and read by offset.
 * Never holds a log in memory. A file is named by the job it belongs to, never by a text from
 * outside (A48): logs/1a/1a2b…-17.2.log is the second run of job 17, which tests 1a2b….
 * Invariant: the bytes of a log are contiguous, and each was written once.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  fdatasync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Commit } from '../../protocol/ids.js';
import type { JobId } from '../core/journal.js';

/** Which log: the `number`-th run of a job. */
export interface LogName {
  readonly commit: Commit;
  readonly job: JobId;
  readonly number: number;
}

interface OpenLog {
  readonly file: number;
  size: number;
}

export class LogFiles {
  readonly #folder: string;
  readonly #results: string;
  readonly #open = new Map<string, OpenLog>();

  /** `folder` holds the logs, `results` a file per commit with its latest run's output. */
  constructor(folder: string, results: string) {
    mkdirSync(folder, { recursive: true });
    mkdirSync(results, { recursive: true });
    this.#folder = folder;
    this.#results = results;
  }

  /** Bytes stored so far. */
  size(name: LogName): number {
    const path = this.#path(name);
    return this.#open.get(path)?.size ?? statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Adds the part of `bytes` that is not there yet; a repeat is ignored. Answers false, having
   * written nothing, where there is a gap before `offset`. Throws where the disk is full.
   */
  append(name: LogName, offset: number, bytes: Uint8Array): boolean {
    const log = this.#opened(name);
    if (offset > log.size) return false;
    let from = log.size - offset;
    while (from < bytes.byteLength) {
      const written = writeSync(log.file, bytes, from, bytes.byteLength - from, log.size);
      log.size += written;
      from += written;
    }
    return true;
  }

  /** Waits until what was appended is on disk, and closes the file. */
  async seal(name: LogName): Promise<void> {
    const log = this.#opened(name);
    // Taken out first: whoever else wants the log meanwhile opens it anew, and closes its own.
    this.#open.delete(this.#path(name));
    try {
      await synced(log.file);
    } finally {
      closeSync(log.file);
    }
  }

  /** Closes the file, if it was open. */
  release(name: LogName): void {
    const path = this.#path(name);
    const log = this.#open.get(path);
    if (log === undefined) return;
    this.#open.delete(path);
    closeSync(log.file);
  }

  /** Fills `into` from `offset` on; answers how many bytes there were. */
  read(name: LogName, offset: number, into: Buffer): number {
    const path = this.#path(name);
    const open = this.#open.get(path);
    if (open !== undefined) return readSync(open.file, into, 0, into.length, offset);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return 0;
    const file = openSync(path, 'r');
    try {
      return readSync(file, into, 0, into.length, offset);
    } finally {
      closeSync(file);
    }
  }

  /** Makes `<results>/<commit>` be that log: a reader sees the old one or the new one, whole. */
  publish(name: LogName): void {
    const path = this.#path(name);
    if (this.size(name) === 0) this.#touch(name);
    const draft = join(this.#results, `.${name.commit}.new`);
    rmSync(draft, { force: true });
    try {
      // A second name for the same bytes: no copy, however long the log.
      linkSync(path, draft);
    } catch {
      // Another file system, or one without links: a copy serves as well.
      copyFileSync(path, draft);
    }
    renameSync(draft, join(this.#results, name.commit));
    // Renaming one name of a file onto another name of the same file leaves both.
    rmSync(draft, { force: true });
  }

  close(): void {
    for (const { file } of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  #touch(name: LogName): void {
    this.#opened(name);
    this.release(name);
  }

  #opened(name: LogName): OpenLog {
    const path = this.#path(name);
    const already = this.#open.get(path);
    if (already !== undefined) return already;
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, openFlags, 0o644);
    const log = { file, size: fstatSync(file).size };
    this.#open.set(path, log);
    return log;
  }

  #path({ commit, job, number }: LogName): string {
    return join(this.#folder, commit.slice(0, 2), `${commit}-${job}.${number}.log`);
  }
}

/** Read and write at positions, created where missing, never truncated. */
const openFlags = constants.O_RDWR | constants.O_CREAT;

const synced = promisify(fdatasync);
