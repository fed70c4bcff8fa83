/**
 * Owns one log with its index: brings the index up to the log's length, and answers from both.
 * Finished and live are one: a live log is only shorter now than it will be.
 * Never holds a file open, nor any text. Others have their turn while a long log is read.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { LogLines, LogOutline, LogSearch } from '../../protocol/log-documents.js';
import { type Arrival, timesBy } from './arrivals.js';
import { isWorthKeeping, keepIndex, readKept } from './kept-index.js';
import { type Checkpoint, LineIndex } from './line-index.js';
import { isCut, lineFeed, shownBytesMax, shownText } from './line-text.js';
import { type FileLine, linesFrom, type Read } from './lines-in-file.js';
import { search } from './search.js';
import { StyleTrail } from './style-trail.js';
import { readTimes } from './times.js';

/** What is asked of a log, and what only whoever asks knows of it. */
export interface AboutLog {
  readonly path: string;
  /** Nothing is added to it any more. */
  readonly isOver: boolean;
  /** When what came, while its run goes on; null: that is kept beside the log, if anywhere. */
  readonly arrivals: readonly Arrival[] | null;
}

export const linesMax = 2_000;

/** Of one answer: a page that asks for long lines gets fewer of them. */
const answerCharactersMax = 1_024 * 1_024;

const windowBytes = 1_024 * 1_024;

/** Read before others have their turn. */
const windowsAtOnce = 16;

export class IndexedLog {
  readonly #path: string;
  #index = new LineIndex();
  #arrivals: readonly Arrival[] = [];
  #isFinished = false;
  /** One after the other: two that read on at once would count the same lines twice. */
  #growing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async outline(about: AboutLog): Promise<LogOutline> {
    const bytes = await this.#grown(about);
    const { folds, errors } = this.#index;
    return {
      total: this.#index.lines(bytes),
      bytes,
      isOver: about.isOver,
      folds: [...folds],
      errors: [...errors],
    };
  }

  /** `from` counts from 1; below that, from the end: -1 is the last line. */
  async lines(about: AboutLog, from: number, count: number): Promise<LogLines> {
    const bytes = await this.#grown(about);
    const total = this.#index.lines(bytes);
    const first = Math.max(1, from < 0 ? total + 1 + from : from);
    const checkpoint = this.#index.before(first);
    const most = Math.min(count, linesMax);
    const window = await withFile(this.#path, (read) =>
      this.#window(linesFrom(read, checkpoint.offset, bytes), checkpoint, first, most),
    );
    return { from: first, ...window, total, bytes, isOver: about.isOver };
  }

  async search(
    about: AboutLog,
    query: { readonly query: string; readonly after: number },
    isWanted: () => boolean,
  ): Promise<LogSearch> {
    const bytes = await this.#grown(about);
    const goOn = async () => {
      await breathe();
      return isWanted();
    };
    return withFile(this.#path, (read) => search(read, bytes, query, goOn));
  }

  /** Brings the index up to date, and keeps it where the log is over. Answers the log's length. */
  #grown(about: AboutLog): Promise<number> {
    const grown = this.#growing.then(() =>
      withFile(this.#path, (read, size) => this.#grow(read, size, about)),
    );
    this.#growing = grown.catch(() => {});
    return grown;
  }

  async #grow(read: Read, bytes: number, { isOver, arrivals }: AboutLog): Promise<number> {
    this.#arrivals = arrivals ?? readTimes(this.#path);
    const isOther = bytes < this.#index.offset;
    if (isOther || (this.#isFinished && bytes > this.#index.offset)) this.#beginAgain();
    if (isOver && this.#index.offset === 0) this.#recall(read, bytes);
    if (this.#isFinished) return bytes;
    const buffer = Buffer.allocUnsafe(Math.min(windowBytes, bytes - this.#index.offset));
    for (let windows = 1; ; windows += 1) {
      const { offset } = this.#index;
      const window = buffer.subarray(0, read(offset, buffer.subarray(0, bytes - offset)));
      this.#index.extend(window);
      if (offset + window.length >= bytes || this.#index.offset === offset) break;
      if (windows % windowsAtOnce === 0) await breathe();
    }
    if (isOver) await this.#finish(read, bytes);
    return bytes;
  }

  async #finish(read: Read, bytes: number): Promise<void> {
    const rest = Buffer.alloc(bytes - this.#index.offset);
    this.#index.finish(rest.subarray(0, read(this.#index.offset, rest)));
    this.#isFinished = true;
    const state = this.#index.state();
    if (isWorthKeeping(state)) await keepIndex(this.#path, state);
  }

  /** Takes what is kept beside the log, if that is of this log. */
  #recall(read: Read, bytes: number): void {
    const state = readKept(this.#path, bytes);
    if (state === null || !state.checkpoints.every((one) => standsBehindLine(read, one))) return;
    this.#index = new LineIndex(state);
    this.#isFinished = true;
  }

  #beginAgain(): void {
    this.#index = new LineIndex();
    this.#isFinished = false;
  }

  #window(all: Iterable<FileLine>, { line, style }: Checkpoint, first: number, most: number) {
    const trail = new StyleTrail(style);
    const timeOf = timesBy(this.#arrivals);
    const lines: string[] = [];
    const cut: [number, number][] = [];
    const times: [number, number | null][] = [];
    let beginning = '';
    let current = line;
    let characters = 0;
    for (const { offset, head, length } of all) {
      if (current === first) beginning = trail.parameters;
      if (current < first) {
        trail.pass(head.subarray(0, shownBytesMax));
      } else {
        const text = shownText(head);
        const time = timeOf(offset);
        lines.push(text);
        characters += text.length;
        if (isCut(length)) cut.push([current, length]);
        if (times.length === 0 || times.at(-1)?.[1] !== time) times.push([current, time]);
      }
      current += 1;
      if (lines.length >= most || characters >= answerCharactersMax) break;
    }
    return { lines, style: beginning, cut, times };
  }
}

/** The file is open as long as that takes; a log of which nothing has come yet may have none. */
async function withFile<Out>(
  path: string,
  work: (read: Read, size: number) => Out | Promise<Out>,
): Promise<Out> {
  const file = openIfThere(path);
  if (file === null) return work(() => 0, 0);
  try {
    const read: Read = (offset, into) => readSync(file, into, 0, into.length, offset);
    return await work(read, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function standsBehindLine(read: Read, { offset }: Checkpoint): boolean {
  const last = Buffer.alloc(1);
  return offset === 0 || (read(offset - 1, last) === 1 && last[0] === lineFeed);
}
