/**
 * Owns which of the things that needed one another kept the whole waiting: from the last that ended, back
 * over that which each began after. Making any of these quicker makes the whole quicker. Pure.
 */

export interface Timed {
  readonly id: number;
  readonly needs: readonly number[];
  /** Null: it has not ended, or never began. */
  readonly endMs: number | null;
}

/** Ids, from the first to the last. Whatever needs itself is met once. */
export function criticalPath(all: readonly Timed[]): number[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const path: number[] = [];
  let at = lastOf(all);
  while (at !== undefined && !path.includes(at.id)) {
    path.unshift(at.id);
    at = lastOf(at.needs.flatMap((id) => byId.get(id) ?? []));
  }
  return path;
}

function lastOf(some: readonly Timed[]): Timed | undefined {
  let last: Timed | undefined;
  for (const one of some) {
    if (one.endMs !== null && (last?.endMs == null || one.endMs > last.endMs)) last = one;
  }
  return last;
}
