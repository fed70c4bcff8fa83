/**
 * Owns where a step leads: to the next record that is shown, along one process if that is wanted. Pure.
 */

import type { WireRecord } from '../../../record/record.js';
import type { View } from './view.js';

/** The next that has a row of its own and is wanted; null: none is left. */
export function nextShown(
  view: Pick<View, 'record' | 'roomOf' | 'axis'>,
  from: number,
  by: 1 | -1,
  isWanted: (record: WireRecord) => boolean,
): number | null {
  for (let index = from + by; index >= 0 && index < view.axis.count; index += by) {
    const record = view.record(index);
    if (record !== undefined && view.roomOf(record) === 'row' && isWanted(record)) return index;
  }
  return null;
}

/** Whether a record is of the same process: of the one that it befalls, or that says it. */
export function follows(here: WireRecord): (record: WireRecord) => boolean {
  const name = here.kind === 'change' ? here.process : here.kind === 'message' ? here.from : '';
  return (record) =>
    record.kind === 'change'
      ? record.process === name
      : record.kind === 'message' && (record.from === name || record.to === name);
}
