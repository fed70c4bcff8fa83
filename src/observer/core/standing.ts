/**
 * Owns where each branch stands, that is how far it has been handed over, and the last moves that
 * led there: so that it can go back to where a dispatcher stands whose memory is older than ours.
 * Never asks git or a dispatcher.
 * Invariant: without its last moves, the rest of the trail led to where the branches stood then.
 */

import type { Commit } from '../../protocol/ids.js';
import { handedOverMax } from '../../protocol/limits.js';
import { baselineOf, type Gone, type Known, type Move, type Positions, type Tip } from './news.js';

/** Moves that are remembered, a push each. One place in `hello` is for what is under way. */
export const trailMovesMax = handedOverMax - 1;

export class Standing {
  #positions: Map<string, Commit>;
  #baseline: Known['baseline'];
  #firstBaseline: Known['firstBaseline'];
  #trail: Move[];

  constructor(saved: Known | null) {
    this.#positions = new Map(saved?.positions);
    this.#baseline = saved?.baseline ?? null;
    this.#firstBaseline = saved?.firstBaseline ?? null;
    this.#trail = [...(saved?.trail ?? [])];
  }

  /** A view: copies of thousands of branches, one for each that advances, would be millions. */
  get known(): Known {
    const [positions, trail] = [this.#positions, this.#trail];
    return { positions, baseline: this.#baseline, firstBaseline: this.#firstBaseline, trail };
  }

  get positions(): Positions {
    return this.#positions;
  }

  /** All from which on nothing is news. */
  get reached(): Commit[] {
    return [...this.#positions.values(), ...(this.#baseline ?? [])];
  }

  /** Nothing is handed over, and nothing is on record. */
  get isBlank(): boolean {
    return this.#positions.size === 0 && this.#baseline === null;
  }

  /** Whether a branch stands anywhere. */
  get hasPositions(): boolean {
    return this.#positions.size > 0;
  }

  /** Where the last moves led to, oldest first. */
  get handedOver(): Commit[] {
    return [...new Set(this.#trail.flatMap(({ to }) => to ?? []))];
  }

  /** From here on all is news but what is there: the tips too. */
  record(tips: readonly Tip[]): void {
    for (const { branch, commit } of tips) this.#positions.set(branch, commit);
  }

  /** From here on all is news but what lies behind the tips. */
  begin(tips: readonly Tip[]): void {
    this.#firstBaseline = baselineOf(tips);
    this.#baseline = this.#firstBaseline;
  }

  /** The branch was handed over up to there. */
  advance(branch: string, to: Commit): void {
    this.#move(branch, to);
  }

  /** They are gone. Still known, until what was found beside them was handed over. */
  remove(gone: readonly Gone[]): void {
    this.#baseline = [...(this.#baseline ?? []), ...gone.map(({ position }) => position)];
    for (const { branch } of gone) this.#move(branch, null);
  }

  /** All that was found is handed over: the positions say it. Answers whether they did not before. */
  settle(): boolean {
    const isNew = this.#baseline !== null;
    this.#baseline = null;
    return isNew;
  }

  /** Goes back to before the first move that led to one of those commits. */
  goBackBefore(commits: ReadonlySet<Commit>): void {
    const first = this.#trail.findIndex(({ to }) => to !== null && commits.has(to));
    if (first === -1) return;
    for (const { branch, from } of this.#trail.splice(first).reverse()) this.#put(branch, from);
    this.#baseline = this.#firstBaseline;
  }

  /** Begins anew, as at the first sight of all branches. */
  startOver(): void {
    this.#positions.clear();
    this.#baseline = null;
    this.#trail = [];
  }

  #move(branch: string, to: Commit | null): void {
    this.#trail.push({ branch, from: this.#positions.get(branch) ?? null, to });
    if (this.#trail.length > trailMovesMax) this.#trail.shift();
    this.#put(branch, to);
  }

  #put(branch: string, at: Commit | null): void {
    if (at === null) this.#positions.delete(branch);
    else this.#positions.set(branch, at);
  }
}
