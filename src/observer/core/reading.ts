/**
 * Owns what of one poll is still to be read, and whose the commits are that git finds: those of the
 * first branch are read, and handed over, before all others', which share their rev-lists.
 * Never asks git: it says which rev-list is to be taken next, and is told what that found.
 * Invariant: every changed branch brings its tip, or is named among the broken; no commit is
 * brought by two branches, but a tip that was known already.
 *
 *   main | a b c d … | … x y z     a rev-list each, the next one when the last is taken
 */

import type { Commit } from '../../protocol/ids.js';
import {
  type Broken,
  type Change,
  type Described,
  type Listed,
  type RevList,
  revListCommitsMax,
  type Tip,
} from './news.js';

/** What is new on a branch, oldest first; the last is its tip. */
export interface Brought {
  readonly tip: Tip;
  readonly first: boolean;
  readonly commits: readonly Described[];
  /** There are more than a rev-list finds: the oldest are left out. */
  readonly isCutShort: boolean;
}

/** Branches that share a rev-list: the more, the fewer rev-lists; the fewer, the sooner they are told. */
const partMax = 1_000;

/** A damaged branch among a thousand costs ten faults; with more than some, all are damaged. */
const faultsMax = 100;

export class Reading {
  /** From here on nothing is news. */
  readonly #known: ReadonlySet<Commit>;
  readonly #latestOnly: boolean;
  readonly #parts: (readonly Change[])[] = [];
  readonly #earlier = new Set<Commit>();
  readonly #broken: Broken[] = [];
  #faults = 0;

  /** With `latestOnly` nothing but the tips counts, as with a classic observer. */
  constructor(changes: readonly Change[], known: Iterable<Commit>, latestOnly: boolean) {
    this.#known = new Set(known);
    this.#latestOnly = latestOnly;
    for (let begin = 0, end = 1; begin < changes.length; begin = end, end += partMax) {
      this.#parts.push(changes.slice(begin, end));
    }
  }

  get isDone(): boolean {
    return this.#parts.length === 0;
  }

  /** Branches that git could not list. */
  get broken(): readonly Broken[] {
    return this.#broken;
  }

  /** The rev-list to be taken next. Null where the tips alone are new. */
  next(): RevList | null {
    const [part = []] = this.#parts;
    const here = new Set<Commit>();
    const isKnown = (commit: Commit) =>
      this.#known.has(commit) || this.#earlier.has(commit) || here.has(commit);
    // One commit upon the last is what a push nearly always is: then git need not be asked again.
    const isAlone = ({ tip }: Change) => {
      const alone = isKnown(tip.commit) || tip.parents.every(isKnown);
      here.add(tip.commit);
      return alone;
    };
    if (this.#latestOnly || part.every(isAlone)) return null;
    const tips = [...new Set(part.map(({ tip }) => tip.commit))];
    return { tips, known: [...this.#known], earlier: [...this.#earlier] };
  }

  /** Takes what that rev-list found; nothing, where none was needed. Answers what the branches bring. */
  take(found: Listed): Brought[] {
    const part = this.#parts.shift() ?? [];
    const isCutShort = !(found instanceof Error) && found.length >= revListCommitsMax;
    if (found instanceof Error) this.#faults += 1;
    if ((found instanceof Error || isCutShort) && part.length > 1 && this.#faults <= faultsMax) {
      // One branch must not spoil the others' rev-list: each half gets its own.
      const half = Math.ceil(part.length / 2);
      this.#parts.unshift(part.slice(0, half), part.slice(half));
      return [];
    }
    if (found instanceof Error) {
      const reason = found.message;
      this.#broken.push(...part.map(({ tip: { branch } }) => ({ branch, reason })));
      return [];
    }
    for (const { tip } of part) this.#earlier.add(tip.commit);
    return shared(part, found).map((brought) => ({ ...brought, isCutShort }));
  }
}

/** Who brings what. Of two branches, one upon the other, each has its own commits. */
function shared(part: readonly Change[], found: readonly Described[]) {
  const places = new Map(found.map(({ commit }, place) => [commit, place]));
  const placeOf = ({ tip }: Change) => places.get(tip.commit) ?? -1;
  const oldestFirst = part.toSorted((one, other) => placeOf(one) - placeOf(other));
  const left = new Map(found.map((one) => [one.commit, one]));
  return oldestFirst.map(({ tip, first }) => {
    const before = takeAllBehind(tip.commit, left).filter(({ commit }) => commit !== tip.commit);
    const place = ({ commit }: Described) => places.get(commit) ?? -1;
    before.sort((one, other) => place(one) - place(other));
    return { tip, first, commits: [...before, tip] };
  });
}

/** Takes from `left` what can be reached from that commit. */
function takeAllBehind(commit: Commit, left: Map<Commit, Described>): Described[] {
  const taken: Described[] = [];
  const open = [commit];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const one = left.get(next);
    if (one === undefined || !left.delete(next)) continue;
    taken.push(one);
    open.push(...one.parents);
  }
  return taken;
}
