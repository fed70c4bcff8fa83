/**
 * Owns which records have room for their words: where rows lie close, as by time, what matters most is
 * said, and the others when one points at them. Pure.
 */

import type { WireRecord } from '../../../record/record.js';
import { lookOf } from './marks.js';
import type { View } from './view.js';

/** In pixels, a line of words. */
const lineNeeds = 15;

/** Of what is drawn, the places of those whose words would lie over others'. `linesOf`: how many they are. */
export function wordless(
  view: Pick<View, 'axis' | 'record' | 'moment'>,
  rows: readonly number[],
  linesOf: (index: number) => number,
): Set<number> {
  const { axis } = view;
  const mute = new Set<number>();
  const taken: { readonly y: number; readonly half: number }[] = [];
  const byWeight = rows.toSorted((one, other) => weight(view, other) - weight(view, one));
  for (const index of byWeight) {
    const [y, half] = [axis.y(index), (lineNeeds * linesOf(index)) / 2];
    const isOver = taken.some((other) => Math.abs(other.y - y) < half + other.half);
    if (isOver) mute.add(index);
    else taken.push({ y, half });
  }
  return mute;
}

function weight(view: Pick<View, 'record' | 'moment'>, index: number): number {
  if (view.moment.value === index) return 9;
  const record: WireRecord | undefined = view.record(index);
  if (record?.kind !== 'change') return 0;
  return { death: 4, bad: 4, loss: 3, good: 2, caption: 2, plain: 1 }[lookOf(record).tone];
}
