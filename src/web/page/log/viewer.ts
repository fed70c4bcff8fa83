/**
 * Owns what its reader does with a log: where he is, what he has folded, found and chosen. Never touches
 * the document: whoever shows the rows goes where `target` says.
 */

import { batch, computed, signal } from '@preact/signals';
import type { LogFold, LogSearch } from '../../../protocol/log-documents.js';
import { announced } from '../page.js';
import { plural } from '../words.js';
import { Folding } from './folding.js';
import { extendedTo, hashOf, type LineRange, rangeIn } from './line-range.js';
import type { LogSource } from './log-source.js';

/** Where to go: a line, or an end of the log. */
export interface Target {
  readonly line: number | 'first' | 'last';
  /** Another number is another wish. */
  readonly serial: number;
}

/** What is found, so far as it is listed, and which of it is looked at. */
export interface Finds extends LogSearch {
  readonly query: string;
  /** Null: none yet. */
  readonly at: number | null;
}

const searchAfterMs = 150;

export class Viewer {
  readonly source: LogSource;
  readonly isFollowing = signal(false);
  readonly showsTimes = remembered('trivet.log.times');
  readonly wraps = remembered('trivet.log.wraps');
  readonly range = signal<LineRange | null>(rangeIn(location.hash));
  readonly target = signal<Target | null>(null);
  readonly finds = signal<Finds | null>(null);
  readonly isSearching = signal(false);
  readonly #chosen = signal<ReadonlyMap<number, boolean>>(new Map());
  /** From here `n` and `p` go on. */
  readonly current = signal<number | null>(null);
  /** The first line that is seen. */
  top = 1;
  #serial = 0;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly folding = computed(() => {
    const outline = this.source.outline.value;
    const { folds = [], errors = [], total = 0 } = outline ?? {};
    return new Folding({ folds, errors, total, chosen: this.#chosen.value });
  });

  /** For each row. */
  readonly errors = computed(() => new Set(this.source.outline.value?.errors ?? []));

  constructor(source: LogSource) {
    this.source = source;
  }

  /** The log is here: where it opens. `isRed`: as far as is known, it tells of a failure. */
  open(isRed: boolean): void {
    const outline = this.source.outline.value;
    const [error] = outline?.errors ?? [];
    if (outline === null) return;
    if (this.range.value !== null) this.goTo(this.range.value.first);
    else if (!outline.isOver) this.follow(true);
    else if (!isRed) this.#go('first');
    else if (error === undefined) this.#go('last');
    else this.#goToError(0);
  }

  goTo(line: number): void {
    const open = new Map(this.#chosen.value);
    for (const fold of this.folding.value.closedOver(line)) open.set(fold.from, true);
    batch(() => {
      this.#chosen.value = open;
      this.isFollowing.value = false;
      this.current.value = line;
      this.#go(line);
    });
  }

  goToEnd(which: 'first' | 'last'): void {
    const isLive = this.source.outline.value?.isOver === false;
    this.current.value = null;
    if (which === 'last' && isLive) this.follow(true);
    else {
      this.isFollowing.value = false;
      this.#go(which);
    }
  }

  /** The next error, or the one before; from the last on to the first. */
  error(direction: 1 | -1): void {
    const errors = this.source.outline.value?.errors ?? [];
    if (errors.length === 0) {
      announced.value = 'No line of this log is an error';
      return;
    }
    const from = this.current.value ?? this.top + (direction === 1 ? -1 : 0);
    const next = errors.findIndex((line) => line > from);
    const before = errors.findLastIndex((line) => line < from);
    if (direction === 1) this.#goToError(next === -1 ? 0 : next);
    else this.#goToError(before === -1 ? errors.length - 1 : before);
  }

  follow(isOn: boolean): void {
    this.isFollowing.value = isOn;
    if (isOn) this.#go('last');
  }

  toggle(fold: LogFold): void {
    const isOpen = this.folding.value.isOpen(fold);
    this.#chosen.value = new Map(this.#chosen.value).set(fold.from, !isOpen);
  }

  toggleAll(): void {
    const { folds = [] } = this.source.outline.value ?? {};
    const isAnyClosed = folds.some((fold) => !this.folding.value.isOpen(fold));
    this.#chosen.value = new Map(folds.map(({ from }) => [from, isAnyClosed]));
  }

  /** A click on a line's number; with Shift it takes the lines up to there. */
  choose(line: number | null, isMore: boolean): void {
    const range =
      line === null
        ? null
        : isMore
          ? extendedTo(this.range.value, line)
          : { first: line, last: line };
    this.range.value = range;
    if (line !== null) this.current.value = line;
    const { pathname, search } = location;
    history.replaceState(
      history.state,
      '',
      `${pathname}${search}${range === null ? '' : hashOf(range)}`,
    );
  }

  /** The address names other lines. */
  arrive(): void {
    this.range.value = rangeIn(location.hash);
    if (this.range.value !== null) this.goTo(this.range.value.first);
  }

  /** Searches once the reader pauses. */
  search(query: string): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.finds.value = null;
    this.isSearching.value = query !== '';
    if (query !== '') this.#timer = setTimeout(() => void this.#find(query, 0), searchAfterMs);
  }

  /** The next place that was found, or the one before; from the last on to the first. */
  find(direction: 1 | -1): void {
    const finds = this.finds.value;
    if (finds === null || finds.hits.length === 0) return;
    const { hits } = finds;
    const at =
      finds.at === null
        ? this.#nearest(hits, direction)
        : (finds.at + direction + hits.length) % hits.length;
    const [line = 1] = hits[at] ?? [];
    this.finds.value = { ...finds, at };
    this.goTo(line);
    announced.value = `${at + 1} of ${finds.total}, line ${line}`;
  }

  async #find(query: string, after: number): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const found = await this.source.search(query, after, abort.signal);
      if (abort.signal.aborted) return;
      this.finds.value = { ...found, query, at: null };
      announced.value = plural(found.total, 'hit');
      this.find(1);
    } catch {
      // Another query came, or the dispatcher is away: what is typed next asks again.
    }
    if (this.#abort === abort) this.isSearching.value = false;
  }

  #nearest(hits: LogSearch['hits'], direction: 1 | -1): number {
    const next = hits.findIndex(([line]) => line >= this.top);
    if (direction === 1) return next === -1 ? 0 : next;
    return next <= 0 ? hits.length - 1 : next - 1;
  }

  #goToError(index: number): void {
    const errors = this.source.outline.value?.errors ?? [];
    const line = errors[index] ?? 1;
    this.goTo(line);
    announced.value = `Error ${index + 1} of ${errors.length}, line ${line}`;
  }

  #go(line: Target['line']): void {
    this.#serial += 1;
    this.target.value = { line, serial: this.#serial };
  }
}

/** A switch that this browser remembers, where it remembers anything. */
function remembered(key: string) {
  const state = signal(read(key));
  return {
    get value() {
      return state.value;
    },
    toggle() {
      state.value = !state.value;
      try {
        localStorage.setItem(key, state.value ? '1' : '');
      } catch {
        // Private windows may forbid it: the switch works all the same.
      }
    },
  };
}

function read(key: string): boolean {
  try {
    return localStorage.getItem(key) === '1';
  } catch {
    return false;
  }
}
