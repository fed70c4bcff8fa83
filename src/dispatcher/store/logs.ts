/**
 * Owns what suites printed: one append-only file a run, written and read by offset.
 * Never holds a log in memory; how the files are called stands in log-names.ts.
 * Invariant: the bytes of a log are contiguous, and each was written once.
 */

import { dirname } from 'node:path';
import type { Commit } from '../../protocol/ids.js';
import { stepLogsMax } from '../../protocol/limits.js';
import { type Disk, type OpenFile, realDisk } from '../../world/disk.js';
import { Beginnings } from './beginnings.js';
import { beginningOf, type LogName, pathOf, withBeside } from './log-names.js';
import { isForWaiting } from './no-room.js';
import { ResultsFolder } from './results-folder.js';

interface OpenLog {
  readonly file: OpenFile;
  size: number;
}

const lineFeed = 0x0a;

/** Logs open at once: a thousand runs must not use up the descriptors of the connections. */
const openMost = 64;

export class LogFiles {
  readonly #folder: string;
  readonly #results: ResultsFolder;
  readonly #disk: Disk;
  readonly #open = new Map<string, OpenLog>();
  readonly #beginnings: Beginnings;

  /** `folder` holds the logs, `results` a file per commit with its latest run's output. */
  constructor(folder: string, results: string, disk: Disk = realDisk) {
    disk.makeFolder(folder);
    this.#folder = folder;
    this.#results = new ResultsFolder(results, disk);
    this.#disk = disk;
    this.#beginnings = new Beginnings(folder, disk);
  }

  /** Nothing is there yet; see `Beginnings`. */
  begin(name: LogName): void {
    this.#beginnings.begin(this.#path(name));
  }

  /** The same of all its steps, whatever they will be. */
  beginSteps(name: LogName): void {
    this.#beginnings.beginSteps(name);
  }

  /** Where that log's bytes are, for whoever reads them in a thread of its own. */
  pathOf(name: LogName): string {
    return this.#path(name);
  }

  /** Bytes stored so far, as far as can be seen: whoever writes, or reads, finds out more. */
  size(name: LogName): number {
    const path = this.#path(name);
    return this.#open.get(path)?.size ?? this.#sizeOf(path) ?? 0;
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
      const written = log.file.write(bytes.subarray(from), log.size);
      log.size += written;
      from += written;
    }
    return true;
  }

  /** Adds a line of ours at the end, on a line of its own. */
  addLine(name: LogName, line: string): void {
    const { file, size } = this.#opened(name);
    const last = Buffer.alloc(1);
    const isMidLine = size > 0 && file.read(last, size - 1) === 1 && last[0] !== lineFeed;
    this.append(name, size, Buffer.from(`${isMidLine ? '\n' : ''}${line}\n`));
  }

  /** Waits until what was appended is on disk, and the file's name; closes the file. */
  async seal(name: LogName): Promise<void> {
    const path = this.#path(name);
    // Of a suite that printed nothing there is no file, and none is needed.
    if (!this.#open.has(path) && this.#disk.sizeOf(path) === null) return;
    const log = this.#opened(name);
    // Taken out first: whoever else wants the log meanwhile opens it anew, and closes its own.
    this.#open.delete(path);
    try {
      await log.file.sync();
      await this.#disk.syncNames(dirname(path));
    } finally {
      log.file.close();
    }
  }

  /** Closes the files of that run that are open. */
  release(name: LogName): void {
    this.#beginnings.ended(name);
    for (const [path, { file }] of this.#open) {
      if (!path.startsWith(beginningOf(this.#folder, name))) continue;
      this.#open.delete(path);
      file.close();
    }
  }

  /** Fills `into` from `offset` on; answers how many bytes there were. */
  read(name: LogName, offset: number, into: Buffer): number {
    const path = this.#path(name);
    const open = this.#open.get(path);
    if (open !== undefined) return open.file.read(into, offset);
    if (this.#disk.sizeOf(path) === null) return 0;
    const file = this.#disk.open(path, 'read');
    try {
      return file.read(into, offset);
    } finally {
      file.close();
    }
  }

  /** Makes that log be what is public of its commit; see `ResultsFolder`. */
  publish(name: LogName, apart: string | null = null): void {
    if (this.size(name) === 0) {
      this.#opened(name);
      this.release(name);
    }
    this.#results.link(this.#path(name), name.commit, apart);
  }

  /**
   * The same with several logs, one behind the other, each under its heading: a copy, made in pieces
   * between which `breathe` lets others have their turn.
   */
  publishAll(
    parts: readonly { readonly heading: string; readonly log: LogName | null }[],
    commit: Commit,
    apart: string | null,
    breathe: () => Promise<void>,
  ): Promise<void> {
    const texts = parts.map(({ heading, log }) => ({
      heading,
      read: (offset: number, into: Buffer) => (log === null ? 0 : this.read(log, offset, into)),
    }));
    return this.#results.copy(texts, commit, apart, breathe);
  }

  /** Whether there is anything under that public name. */
  isPublished(commit: Commit, apart: string | null): boolean {
    return this.#results.has(commit, apart);
  }

  /** Returns once what was published is on disk under its public names. */
  syncPublished(): void {
    this.#results.sync();
  }

  /**
   * Removes that log, those of its steps, and each of those public names that is its own still. Of
   * `doubtful` ones a copy may be another repository's: those stay.
   */
  async discard(
    name: LogName,
    aparts: readonly (string | null)[],
    doubtful: readonly (string | null)[] = [],
  ): Promise<void> {
    const path = this.#path(name);
    this.release(name);
    const steps = this.steps(name);
    for (const apart of [...aparts, ...doubtful]) {
      const isCopied = steps.length > 0 && !doubtful.includes(apart);
      await this.#results.discard(path, name.commit, apart, isCopied);
    }
    for (const log of [path, ...steps.map((step) => this.#path({ ...name, step }))]) {
      for (const file of withBeside(log)) await this.#disk.discard(file);
    }
  }

  /** The steps of that run of which there is a log. */
  steps(name: LogName): number[] {
    const all = Array.from({ length: stepLogsMax }, (_, index) => index + 1);
    return all.filter((step) => this.#sizeOf(this.#path({ ...name, step })) !== null);
  }

  close(): void {
    for (const { file } of this.#open.values()) file.close();
    this.#open.clear();
  }

  /** Null also where the disk refuses to say. */
  #sizeOf(path: string): number | null {
    try {
      return this.#disk.sizeOf(path);
    } catch (error) {
      if (isForWaiting(error)) return null;
      throw error;
    }
  }

  #opened(name: LogName): OpenLog {
    const path = this.#path(name);
    const already = this.#open.get(path);
    if (already !== undefined) return already;
    this.#beginnings.opening(name, path);
    this.#makePlace();
    const file = this.#fileAt(path);
    const log = { file, size: file.size };
    this.#open.set(path, log);
    return log;
  }

  /** Made where it is missing, and its folder with it. */
  #fileAt(path: string): OpenFile {
    try {
      return this.#disk.open(path, 'write');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#disk.makeFolder(dirname(path));
      return this.#disk.open(path, 'write');
    }
  }

  /** Closes the log that was opened first; if it grows again, it is opened again. */
  #makePlace(): void {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#open.size < openMost) return;
    const [path, { file }] = oldest;
    this.#open.delete(path);
    file.close();
  }

  #path(name: LogName): string {
    return pathOf(this.#folder, name);
  }
}
