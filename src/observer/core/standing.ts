/**
 * Owns where each branch stands, that is how far it has been handed over, and the last moves that
 * led there: so that it can go back to where a dispatcher stands whose memory is older than ours.
 * Never asks git or a dispatcher.
 * Invariant: without its last moves, the rest of the trail led to where the branches stood then.
 */

import type { Commit } from '../../protocol/ids.js';
import { handedOverMax } from '../../protocol/limits.js';
import type { Batch } from './handover-queue.js';
import { baselineOf, type Gone, type Known, type Move, type Positions, type Tip } from './news.js';

/** Commits that are asked for of what is still under way. */
export const underWayMax = 64;

/** Moves that are remembered, a push each; and no more commits in all, of the last moves. */
export const trailMovesMax = handedOverMax - underWayMax;

/** Of a large push, so many of its commits: they came last, and a backup may lack them. */
const throughMax = 64;

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

  /** Where the last moves led to, oldest first, and of the very last what lay between. */
  get handedOver(): Commit[] {
    return [...new Set(this.#trail.flatMap(commitsOf))];
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

  /** All that was new on the branch is handed over. */
  advance({ branch, tip, handovers }: Batch): void {
    const through = handovers.map(({ commit }) => commit).filter((commit) => commit !== tip);
    this.#move(branch, tip, through.slice(-throughMax));
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
    const first = this.#trail.findIndex((move) => commitsOf(move).some((one) => commits.has(one)));
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

  #move(branch: string, to: Commit | null, through: readonly Commit[] = []): void {
    this.#trail.push({ branch, from: this.#positions.get(branch) ?? null, to, through });
    while (this.#trail.length > trailMovesMax) this.#trail.shift();
    this.#shorten();
    this.#put(branch, to);
  }

  /** Where moves led to stays; what lay between goes where there is no room, of the oldest first. */
  #shorten(): void {
    let room = trailMovesMax - this.#trail.length;
    for (const [index, move] of [...this.#trail.entries()].reverse()) {
      room -= move.through.length;
      if (room < 0) this.#trail[index] = { ...move, through: [] };
    }
  }

  #put(branch: string, at: Commit | null): void {
    if (at === null) this.#positions.delete(branch);
    else this.#positions.set(branch, at);
  }
}

function commitsOf({ through, to }: Move): Commit[] {
  return to === null ? [...through] : [...through, to];
}
