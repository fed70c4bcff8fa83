/**
 * Owns the runs of one process in the order of their leases, and which of them were in hand at a place. Pure.
 * Invariant: to answer, only runs from the oldest in hand on are looked at, however many there were before.
 */

import { lastAtMost } from './sorted.js';

/** A run on a runner. Lost: nobody knows how it goes on, so its end stays open. */
export interface RunSpan {
  readonly run: string;
  readonly commit: string;
  readonly process: string;
  readonly from: number;
  until: number | null;
  lostAt: number | null;
  ending: string;
}

/** How a lost run goes on is drawn for a while, though nobody has it in hand. */
const lostShownMost = 16;

export class RunsOfLane {
  readonly #spans: RunSpan[] = [];
  /** Of each run, the place among all of the oldest that was in hand when it was leased. */
  readonly #oldest: number[] = [];
  /** Places of those that are in hand now, ascending. */
  #inHand: number[] = [];

  lease(span: RunSpan): void {
    const place = this.#spans.push(span) - 1;
    this.#inHand.push(place);
    this.#oldest.push(this.#inHand[0] ?? place);
  }

  /** Its lease lives again. */
  resume(span: RunSpan): void {
    Object.assign(span, { lostAt: null, until: null });
    const place = this.#spans.indexOf(span);
    this.#inHand = [...this.#inHand.filter((one) => one !== place), place].sort((a, b) => a - b);
    const newest = this.#oldest.length - 1;
    this.#oldest[newest] = Math.min(this.#oldest[newest] ?? place, place);
  }

  lose(span: RunSpan, index: number): void {
    span.lostAt = index;
    this.#letGo(span);
  }

  end(span: RunSpan, index: number, ending: string): void {
    span.until = index;
    span.ending = ending;
    this.#letGo(span);
  }

  /** The newest of those that are in hand by now; null: none is. */
  get inHand(): RunSpan | null {
    return this.#spans[this.#inHand.at(-1) ?? -1] ?? null;
  }

  /** All that were in hand between these places, and perhaps some that were not any more. */
  between(first: number, last: number): readonly RunSpan[] {
    const start = lastAtMost(this.#spans, first, ({ from }) => from);
    const end = lastAtMost(this.#spans, last, ({ from }) => from);
    const oldest = this.#oldest[start] ?? 0;
    return this.#spans.slice(Math.max(0, Math.min(oldest, start + 1 - lostShownMost)), end + 1);
  }

  #letGo(span: RunSpan): void {
    this.#inHand = this.#inHand.filter((place) => this.#spans[place] !== span);
  }
}
