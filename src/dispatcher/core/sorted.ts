/**
 * Owns the search in what is kept in order.
 */

/** Where the first of `sorted` stands of which that is true; it is true of all behind it. */
export function firstWhere<Value>(
  sorted: readonly Value[],
  isTrue: (value: Value) => boolean,
): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isTrue(sorted[middle] as Value)) to = middle;
    else from = middle + 1;
  }
  return from;
}
