/**
 * Owns what is to be looked at again at a certain time. Never a clock: it is asked what is due.
 * What was put off, or is no longer so, stays in it until its time: whoever takes it checks.
 */

import { firstWhere } from './sorted.js';

export class Agenda<Value> {
  /** The latest first, so that what is due is taken from the end. */
  readonly #items: { readonly atMs: number; readonly value: Value }[] = [];

  add(atMs: number, value: Value): void {
    const at = firstWhere(this.#items, (item) => item.atMs <= atMs);
    this.#items.splice(at, 0, { atMs, value });
  }

  /** What is due by now, the earliest first; it is not in it any more. */
  *due(nowMs: number): Generator<Value> {
    for (;;) {
      const last = this.#items.at(-1);
      if (last === undefined || last.atMs > nowMs) return;
      this.#items.pop();
      yield last.value;
    }
  }
}
