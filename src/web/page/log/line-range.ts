/**
 * Owns how lines are named in an address: `#L10`, `#L10-L20`. Pure.
 */

export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Null: it names no lines. */
export function rangeIn(hash: string): LineRange | null {
  const [, one = '', other = one] = /^#L(\d{1,12})(?:-L?(\d{1,12}))?$/.exec(hash) ?? [];
  const [a, b] = [Number(one), Number(other)];
  return a >= 1 && b >= 1 ? { first: Math.min(a, b), last: Math.max(a, b) } : null;
}

export function hashOf({ first, last }: LineRange): string {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** The range from where the last one begins to that line: what a click with Shift means. */
export function extendedTo(range: LineRange | null, line: number): LineRange {
  const from = range?.first ?? line;
  return { first: Math.min(from, line), last: Math.max(from, line) };
}
