/**
 * Owns which records have room for their words: where rows lie close, as by time, what matters most is
 * said, and the others when one points at them. Pure.
 */

import type { WireRecord } from '../../../record/record.js';
import { lookOf } from './marks.js';
import type { View } from './view.js';

/** In pixels. */
const wordsNeed = 15;

/** Of what is drawn, the places of those whose words would lie over others'. */
export function wordless(
  view: Pick<View, 'axis' | 'record' | 'moment'>,
  rows: readonly number[],
): Set<number> {
  const { axis } = view;
  const mute = new Set<number>();
  const taken: number[] = [];
  const byWeight = rows.toSorted((one, other) => weight(view, other) - weight(view, one));
  for (const index of byWeight) {
    const y = axis.y(index);
    if (taken.some((other) => Math.abs(other - y) < wordsNeed)) mute.add(index);
    else taken.push(y);
  }
  return mute;
}

function weight(view: Pick<View, 'record' | 'moment'>, index: number): number {
  if (view.moment.value === index) return 9;
  const record: WireRecord | undefined = view.record(index);
  if (record?.kind !== 'change') return 0;
  return { death: 4, bad: 4, loss: 3, good: 2, caption: 2, plain: 1 }[lookOf(record).tone];
}
