/**
 * Owns which records have a row, as a list that grows while the wire goes on and begins anew where another
 * filter lays all out anew.
 */

import type { View } from './view.js';

export class ShownRows {
  #places: number[] = [];
  #arranged = -1;
  #seen = 0;

  /** Places in the model, in order. Reading it in a component subscribes to what comes. */
  of(view: View): readonly number[] {
    const { value: arranged } = view.arranged;
    if (view.laid.value < 0) return [];
    if (arranged !== this.#arranged) {
      this.#places = [];
      this.#seen = 0;
      this.#arranged = arranged;
    }
    for (; this.#seen < view.axis.count; this.#seen += 1) {
      const record = view.record(this.#seen);
      if (record !== undefined && view.roomOf(record) === 'row') this.#places.push(this.#seen);
    }
    return this.#places;
  }
}
