/**
 * Owns the search for many needles at once (Aho and Corasick): one look at each byte, whatever the
 * needles are, and however they repeat themselves. Pure. A *state* is a node of the tree of all
 * beginnings of needles: the longest that the bytes which were just read end with.
 *
 *   p ─ a ─ s ─ s           "pass" was read: a match. It ends with "ass" as well, the beginning of
 *   a ─ s ─ s ─ e ─ t       "asset", on which its state falls back where another byte comes.
 *
 * Nearly every byte of an output leads to a state of the first two levels, the *shallow* ones. Where
 * they lead by any byte stands in a table.
 */

import { type Tree, treeOf } from './tree.js';

/** What is read from the beginning of anything. */
export const start = 0;

export class Needles {
  readonly #tree: Tree;
  readonly #table: Int32Array;

  /** Each has at least two bytes. */
  constructor(needles: readonly Uint8Array[]) {
    this.#tree = treeOf(needles);
    this.#table = new Int32Array(this.#tree.shallow * 256);
    for (let state = start; state < this.#tree.shallow; state += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const deeper = this.#tree.childOf(state, byte);
        // Of the first level all fall back on the start, whose row is there already.
        this.#table[state * 256 + byte] =
          deeper ?? (state === start ? start : this.#row(start, byte));
      }
    }
  }

  /** Reads on from `state`; `found` hears where a match ends, and of how many bytes it is. */
  read(bytes: Uint8Array, state: number, found: (end: number, length: number) => void): number {
    const table = this.#table;
    const { shallow, matched } = this.#tree;
    let now = state;
    let at = 0;
    while (at < bytes.length) {
      now = this.#after(now, bytes[at] ?? 0);
      at += 1;
      // Most bytes lead from one shallow state to another, in which no needle ends.
      while (now < shallow && at < bytes.length) {
        now = table[now * 256 + (bytes[at] ?? 0)] ?? start;
        at += 1;
      }
      const length = matched[now] ?? 0;
      if (length > 0) found(at, length);
    }
    return now;
  }

  /** So many of the bytes that were read last may be the beginning of a match that is to come. */
  pending(state: number): number {
    return this.#tree.pending[state] ?? 0;
  }

  #after(state: number, byte: number): number {
    let from = state;
    while (from >= this.#tree.shallow) {
      const deeper = this.#tree.childOf(from, byte);
      if (deeper !== null) return deeper;
      from = this.#tree.fallback[from] ?? start;
    }
    return this.#row(from, byte);
  }

  #row(state: number, byte: number): number {
    return this.#table[state * 256 + byte] ?? start;
  }
}
