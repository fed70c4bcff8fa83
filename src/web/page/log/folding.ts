/**
 * Owns which lines of a log are shown as rows: all but those in closed folds, and the marks that end open
 * ones. A fold in which something failed is open. Pure.
 */

import type { LogFold } from '../../../protocol/log-documents.js';

export interface Folded {
  readonly folds: readonly LogFold[];
  /** In order. */
  readonly errors: readonly number[];
  readonly total: number;
  /** What the reader has opened or closed, by the fold's first line. */
  readonly chosen: ReadonlyMap<number, boolean>;
}

/** Lines that are no rows, the rows before them counted. */
interface Gap {
  readonly from: number;
  readonly to: number;
  /** The row that follows. */
  readonly row: number;
}

export class Folding {
  readonly #folded: Folded;
  readonly #lastUndecided: LogFold | undefined;
  readonly #byLine: ReadonlyMap<number, LogFold>;
  readonly #gaps: readonly Gap[];

  constructor(folded: Folded) {
    const { folds } = folded;
    this.#folded = folded;
    // Buildkite: if none is wanted open, the last one is.
    const isAnyOpen = folds.some(({ isOpen }) => isOpen === true);
    this.#lastUndecided = isAnyOpen ? undefined : folds.findLast(({ isOpen }) => isOpen === null);
    this.#byLine = new Map(folds.map((fold) => [fold.from, fold]));
    this.#gaps = gapsOf(folds.flatMap((fold) => this.#hidden(fold)));
  }

  get rows(): number {
    const last = this.#gaps.at(-1);
    const { total } = this.#folded;
    return last === undefined ? total : last.row + total - last.to;
  }

  /** The line of that row; rows count from 0. */
  lineAt(row: number): number {
    const gap = this.#gaps[this.#lastGap(({ row: from }) => from <= row)];
    return gap === undefined ? row + 1 : gap.to + 1 + row - gap.row;
  }

  /** The row of that line, or the one before it where the line is hidden: its fold's heading. */
  rowOf(line: number): number {
    const gap = this.#gaps[this.#lastGap(({ from }) => from <= line)];
    if (gap === undefined) return line - 1;
    return line > gap.to ? gap.row + line - gap.to - 1 : Math.max(0, gap.row - 1);
  }

  /** The fold that the line begins. */
  foldAt(line: number): LogFold | undefined {
    return this.#byLine.get(line);
  }

  isOpen(fold: LogFold): boolean {
    const { chosen } = this.#folded;
    return (
      chosen.get(fold.from) ??
      (fold.isOpen === true ||
        fold.to === null ||
        fold === this.#lastUndecided ||
        this.errorsIn(fold) > 0)
    );
  }

  errorsIn({ from, to }: LogFold): number {
    const { errors, total } = this.#folded;
    return countTo(errors, to ?? total) - countTo(errors, from - 1);
  }

  /** What must be opened for the line to be seen. */
  closedOver(line: number): LogFold[] {
    return this.#folded.folds.filter(
      (fold) => fold.from < line && line <= this.#end(fold) && !this.isOpen(fold),
    );
  }

  #end({ to }: LogFold): number {
    return to ?? this.#folded.total;
  }

  #hidden(fold: LogFold): [from: number, to: number][] {
    const end = this.#end(fold);
    if (!this.isOpen(fold)) return end > fold.from ? [[fold.from + 1, end]] : [];
    return fold.isMarked && end > fold.from ? [[end, end]] : [];
  }

  /** Of those for which it holds, which come first, the last. */
  #lastGap(holds: (gap: Gap) => boolean): number {
    let [low, high] = [-1, this.#gaps.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const gap = this.#gaps[middle];
      if (gap !== undefined && holds(gap)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Those that overlap or touch become one. */
function gapsOf(hidden: [from: number, to: number][]): Gap[] {
  const gaps: Gap[] = [];
  let before = 0;
  for (const [from, to] of hidden.sort(([a], [b]) => a - b)) {
    const last = gaps.at(-1);
    if (last !== undefined && from <= last.to + 1) {
      if (to <= last.to) continue;
      before += to - last.to;
      gaps[gaps.length - 1] = { ...last, to };
    } else {
      gaps.push({ from, to, row: from - 1 - before });
      before += to - from + 1;
    }
  }
  return gaps;
}

/** How many of these numbers, which are in order, are at most that. */
function countTo(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Number.POSITIVE_INFINITY) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
