/**
 * Owns which pairs of two recordings are shown, and where the differences between them begin. Pure.
 */

import type { Model } from '../../../record/model.js';
import type { Pair } from '../../../record/parting.js';

/** That a message arrived in both is no news. */
export function shownPairs(pairs: readonly Pair[], left: Model, right: Model): Pair[] {
  return pairs.filter((pair) => {
    const place = pair.left ?? pair.right;
    const { records } = pair.left === null ? right : left;
    const isArrival = place !== null && records[place]?.kind === 'arrived';
    return !isArrival || isApart(pair);
  });
}

/** The first place of each stretch in which one has what the other has not. */
export function differencesIn(pairs: readonly Pair[]): number[] {
  return pairs.flatMap((pair, place) => {
    const before = pairs[place - 1];
    const isFirst = before === undefined || !isApart(before);
    return isApart(pair) && isFirst ? [place] : [];
  });
}

function isApart({ left, right }: Pair): boolean {
  return left === null || right === null;
}
