/**
 * Owns the search in what is sorted. Pure.
 */

/** The place of the last of these sorted ones whose value is at most that; −1: none is. */
export function lastAtMost<T>(
  sorted: readonly T[],
  value: number,
  keyOf: (one: T) => number,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = sorted[middle];
    if (one !== undefined && keyOf(one) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
