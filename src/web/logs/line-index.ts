/**
 * Owns what is known of a log's lines without reading it again: where some of them begin, with the
 * style that holds there; its folds; its errors. Grows with the log, from where it was.
 * Never holds any text, and never reads a file: it is shown windows of it.
 * Invariant: however a log is cut into windows, the index is the same.
 */

import type { LogFold } from '../../protocol/log-documents.js';
import { isErrorLine, judgedBytesMax, suspects } from './error-lines.js';
import { Folds, mayBeMark } from './folds.js';
import { decoded, lineFeed, shownBytesMax } from './line-text.js';
import { escapeByte, StyleTrail } from './style-trail.js';

/** From here a page may begin. */
export interface Checkpoint {
  /** Lines count from 1, as in `#L10`. */
  readonly line: number;
  readonly offset: number;
  /** As parameters of SGR. */
  readonly style: string;
}

/** All of an index, as it is kept beside its log. */
export interface IndexState {
  /** So many bytes were seen. */
  readonly offset: number;
  /** The line that begins there, or goes on. */
  readonly line: number;
  readonly isMidLine: boolean;
  readonly style: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly folds: readonly LogFold[];
  readonly errors: readonly number[];
}

/** A checkpoint is made after so many lines, … */
const linesApart = 1_000;

/** … unless they are so short that to read over them is nothing; … */
const bytesApartLeast = 16_384;

/** … and after so many bytes whatever they are. */
const bytesApartMost = 1_048_576;

/** Errors that are listed: nobody goes from one to the next so often. */
export const errorsMax = 10_000;

export const emptyIndex: IndexState = {
  ...{ offset: 0, line: 1, isMidLine: false, style: '' },
  ...{ checkpoints: [{ line: 1, offset: 0, style: '' }], folds: [], errors: [] },
};

export class LineIndex {
  readonly #checkpoints: Checkpoint[];
  readonly #folds: Folds;
  readonly #errors: number[];
  readonly #style: StyleTrail;
  #offset: number;
  #line: number;
  #isMidLine: boolean;

  constructor(state: IndexState = emptyIndex) {
    this.#checkpoints = [...state.checkpoints];
    this.#folds = new Folds(state.folds);
    this.#errors = [...state.errors];
    this.#style = new StyleTrail(state.style);
    this.#offset = state.offset;
    this.#line = state.line;
    this.#isMidLine = state.isMidLine;
  }

  /** The next window begins here. */
  get offset(): number {
    return this.#offset;
  }

  get folds(): readonly LogFold[] {
    return this.#folds.all;
  }

  /** The first `errorsMax` of them. */
  get errors(): readonly number[] {
    return this.#errors;
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  /** Lines of a log of that length; the last one may lack its line feed yet. */
  lines(bytes: number): number {
    return this.#line - 1 + (this.#isMidLine || bytes > this.#offset ? 1 : 0);
  }

  /** The last one at or before that line. */
  before(line: number): Checkpoint {
    let [low, high] = [0, this.#checkpoints.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#checkpoints[middle]?.line ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    return this.#checkpoints[low] ?? { line: 1, offset: 0, style: '' };
  }

  state(): IndexState {
    return {
      ...{ offset: this.#offset, line: this.#line, isMidLine: this.#isMidLine },
      ...{ style: this.#style.parameters, checkpoints: this.#checkpoints, folds: this.folds },
      errors: this.#errors,
    };
  }

  /**
   * The log goes on with `window`, which begins at `offset`. A line that has not ended is taken only
   * once it is longer than what is shown of one; the next window shows it again.
   */
  extend(window: Uint8Array): void {
    const whole = window.lastIndexOf(lineFeed) + 1;
    this.#scan(Buffer.from(window.buffer, window.byteOffset, whole));
    const rest = window.subarray(whole);
    this.#offset += whole;
    if (!this.#isMidLine && rest.length <= shownBytesMax) return;
    if (!this.#isMidLine) this.#judgeHead(rest);
    this.#isMidLine = true;
    this.#offset += rest.length;
  }

  /** The log is over; `rest` is what no line feed ended. */
  finish(rest: Uint8Array): void {
    if (rest.length > 0 && !this.#isMidLine) {
      this.#judgeHead(rest);
      this.#isMidLine = true;
    }
    this.#offset += rest.length;
    this.#folds.finish(this.lines(this.#offset));
  }

  /**
   * Goes through whole lines. What is looked for in them, line feeds, escapes and parts of errors, is
   * found by what searches fastest for it: a loop over the bytes would take several times as long.
   */
  #scan(lines: Buffer): void {
    const isSuspect = suspects(lines);
    let from = 0;
    let escapeAt = next(lines, escapeByte, 0);
    for (let to = next(lines, lineFeed, 0); to < lines.length; to = next(lines, lineFeed, from)) {
      for (; escapeAt < to; escapeAt = next(lines, escapeByte, escapeAt + 1)) {
        // Of a line that is longer than what is shown of it only that part counts.
        const end = Math.min(to, from + shownBytesMax);
        if (!this.#isMidLine && escapeAt < end) this.#style.escapeAt(lines, escapeAt, end);
      }
      const mayBeError = isSuspect(to);
      if (!this.#isMidLine) this.#judge(lines, from, to, mayBeError);
      this.#isMidLine = false;
      this.#line += 1;
      from = to + 1;
      this.#mark(this.#offset + from);
    }
  }

  /** A line that has ended, or is long enough. */
  #judge(bytes: Uint8Array, from: number, to: number, mayBeError: boolean): void {
    if (mayBeMark(bytes, from)) this.#folds.line(this.#line, bytes.subarray(from, to));
    if (!mayBeError || this.#errors.length >= errorsMax) return;
    const text = decoded(bytes.subarray(from, Math.min(to, from + judgedBytesMax)));
    const shown = text.slice(text.trimEnd().lastIndexOf('\r') + 1);
    if (isErrorLine(shown)) this.#errors.push(this.#line);
  }

  /** The beginning of a line that has not ended. */
  #judgeHead(line: Uint8Array): void {
    const head = line.subarray(0, shownBytesMax);
    this.#style.pass(head);
    this.#judge(head, 0, head.length, true);
  }

  /** A line begins at `offset`. */
  #mark(offset: number): void {
    const last = this.#checkpoints.at(-1) ?? { line: 1, offset: 0 };
    const bytes = offset - last.offset;
    if (bytes < bytesApartLeast) return;
    if (this.#line - last.line < linesApart && bytes < bytesApartMost) return;
    this.#checkpoints.push({ line: this.#line, offset, style: this.#style.parameters });
  }
}

/** Where that byte stands next; at the end where it does not. */
function next(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}
