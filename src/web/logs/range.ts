/**
 * Owns what `Range` asks for: one range of bytes, as RFC 9110 writes it; several at once are answered with
 * the whole, which it allows.
 */

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** `none`: there are no such bytes. */
export function rangeIn(header: string | undefined, bytes: number): Range | 'whole' | 'none' {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  // `-500`: the last 500.
  const first = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (from !== '' && to !== '' && Number(to) < first) return 'whole';
  return first > last ? 'none' : { first, last };
}
