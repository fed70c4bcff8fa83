/**
 * Owns the question "what is new?": branches as they are now against the positions we know.
 * Never asks git; what lies between is found by rev-lists, which `reading.ts` asks for.
 * Invariant: whatever the history did, the tip of a changed branch is among what is new.
 */

import type { Commit } from '../../protocol/ids.js';

/** A commit as git describes it. */
export interface Described {
  readonly commit: Commit;
  readonly parents: readonly Commit[];
  readonly author: string;
  readonly subject: string;
}

/** The newest commit of a branch. */
export interface Tip extends Described {
  readonly branch: string;
}

/** A branch whose commits git cannot read: an object is missing, or damaged. */
export interface Broken {
  readonly branch: string;
  readonly reason: string;
}

/** The branches as they are at one moment. */
export interface Poll {
  readonly tips: readonly Tip[];
  readonly broken: readonly Broken[];
}

/** How far each branch has been handed over: all that can be reached from there is done. */
export type Positions = ReadonlyMap<string, Commit>;

/** What an observer knows, and keeps on disk. */
export interface Known {
  readonly positions: Positions;
  /**
   * What no position says: where branches stood that are gone, and what lay behind the tips when
   * they were first seen. Null once all that was found is handed over, as the positions say it
   * then. Without it, an observer that died in between would see all for the first time again,
   * and take what was pushed meanwhile for old.
   */
  readonly baseline: readonly Commit[] | null;
  /** What lay behind the tips when branches were first seen: never news. Null: not known. */
  readonly firstBaseline: readonly Commit[] | null;
  /** The last moves, oldest first: the way back, for a dispatcher that knows less than this. */
  readonly trail: readonly Move[];
}

/** A branch was handed over up to there; null: it was not there. */
export interface Move {
  readonly branch: string;
  readonly from: Commit | null;
  readonly to: Commit | null;
  /** What was handed over on the way there, oldest first: of the last moves, the last of it. */
  readonly through: readonly Commit[];
}

/** No rev-list finds more: the newest win. A push of more is an import, and this is 50 MB of text. */
export const revListCommitsMax = 100_000;

/** What can be reached from the tips, but neither from what is `known` nor from `earlier` tips. */
export interface RevList {
  readonly tips: readonly Commit[];
  /** Positions; a force-push and a clean-up may have removed these from the repository. */
  readonly known: readonly Commit[];
  /** Tips of this same poll whose commits are handed over before these. */
  readonly earlier: readonly Commit[];
}

/** What a rev-list found, oldest first, or why git could not take it. */
export type Listed = readonly Described[] | Error;

/** A branch that is new, or stands elsewhere. */
export interface Change {
  readonly tip: Tip;
  /** Whether the branch had no position yet. */
  readonly first: boolean;
}

/** A branch that is no longer there, and how far it had been handed over. */
export interface Gone {
  readonly branch: string;
  readonly position: Commit;
}

export interface News {
  readonly changes: readonly Change[];
  readonly gone: readonly Gone[];
}

/** What is no news where nothing is known yet: all but the tips themselves. */
export function baselineOf(tips: readonly Tip[]): Commit[] {
  const standing = new Set(tips.map(({ commit }) => commit));
  const parents = tips.flatMap((tip) => tip.parents);
  return [...new Set(parents)].filter((commit) => !standing.has(commit));
}

export function compare({ tips, broken }: Poll, positions: Positions): News {
  const changes = tips
    .map((tip) => ({ tip, position: positions.get(tip.branch) }))
    .filter(({ tip, position }) => position !== tip.commit)
    .map(({ tip, position }) => ({ tip, first: position === undefined }));

  // A branch that cannot be read is not gone: it goes on from its position when it is mended.
  const present = new Set([
    ...tips.map((tip) => tip.branch),
    ...broken.map(({ branch }) => branch),
  ]);
  const gone = [...positions]
    .map(([branch, position]) => ({ branch, position }))
    .filter(({ branch }) => !present.has(branch));
  return { changes, gone };
}
