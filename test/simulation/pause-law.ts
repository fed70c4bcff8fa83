/**
 * Owns the law that nothing is leased to, or of, what is paused. It knows of pauses what became
 * durable, as the witness hears of it. Shares no code with the dispatcher.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import type { ListChange } from '../../src/dispatcher/store/store.js';

export class PauseLaw {
  readonly #paused = new Set<string>();
  readonly #repositories = new Map<JobId, string | null>();
  readonly #breaks: (how: string) => void;
  /** The store was put back: what is paused is what it says. */
  #isUndone = false;

  constructor(breaks: (how: string) => void) {
    this.#breaks = breaks;
  }

  /** One transaction: what was decided in it may stand on either side of a pause in it. */
  appended(entries: readonly Entry[], listChanges: readonly ListChange[]): void {
    const changes = listChanges.filter((one) => 'what' in one);
    const resumed = changes.flatMap(({ what, isKept }) => (isKept ? [] : (what as string)));
    const isPaused = (what: string) => this.#paused.has(what) && !resumed.includes(what);
    for (const entry of entries) {
      if (entry.kind === 'accepted') this.#repositories.set(entry.job, entry.repository);
      if (entry.kind !== 'leased') continue;
      const repository = `repository:${this.#repositories.get(entry.job)}`;
      const paused = ['all', repository, `runner:${entry.runner}`].find(isPaused);
      if (paused === undefined) continue;
      this.#breaks(`job ${entry.job} went to ${entry.runner}, and ${paused} is paused`);
    }
    for (const { what, isKept } of changes) {
      if (isKept) this.#paused.add(what);
      else this.#paused.delete(what);
    }
  }

  wentBack(): void {
    this.#isUndone = true;
  }

  /** A dispatcher starts upon a store that says so. */
  recovered(paused: readonly string[]): void {
    const before = [...this.#paused].sort();
    if (!this.#isUndone && !isDeepStrictEqual([...paused].sort(), before)) {
      this.#breaks(`${before} was paused, and ${paused} is read`);
    }
    this.#isUndone = false;
    this.#paused.clear();
    for (const what of paused) this.#paused.add(what);
  }
}
