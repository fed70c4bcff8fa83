/**
 * Owns what is drawn of a part of the axis: times, lifelines, runs, messages and what changed. It does not
 * move with the moment.
 */

import { isHeartbeat } from '../../../record/filter.js';
import { html } from '../html.js';
import { Arrow, Tick } from './arrows.js';
import type { Columns } from './columns.js';
import { wordless } from './labels.js';
import { Mark, wordsOf } from './marks.js';
import { Spans } from './spans.js';
import { Strip, type Window } from './strip.js';
import { Times } from './times.js';
import type { View } from './view.js';

export function Drawing({
  view,
  columns,
  window,
  most,
}: {
  readonly view: View;
  readonly columns: Columns;
  readonly window: Window;
  /** So many rows, and so many ticks; it is said how many more there are. */
  readonly most: number;
}) {
  if (view.laid.value < 0) return null;
  const { rows, ticks, more } = shownIn(view, window, most);
  const linesOf = (index: number) => {
    const record = view.record(index);
    return record?.kind === 'change' ? wordsOf(record, columns).lines.length : 1;
  };
  const mute = wordless(view, rows, linesOf);
  const { top } = window;
  const isChange = (index: number) => view.record(index)?.kind === 'change';
  const drawn = (index: number) => {
    const isMute = mute.has(index);
    const props = { view, columns, index, top, isMute };
    return isChange(index)
      ? html`<${Mark} key=${index} ...${props} />`
      : html`<${Arrow} key=${index} ...${props} />`;
  };
  return html`<g class="drawing">
    <${Times} view=${view} rows=${rows} width=${columns.width} window=${window} />
    ${columns.lanes.map((lane) => html`<${Strip} key=${lane.name} view=${view} columns=${columns} lane=${lane} window=${window} />`)}
    <${Spans} view=${view} columns=${columns} window=${window} />
    ${ticks.map((index) => html`<${Tick} key=${index} view=${view} columns=${columns} index=${index} top=${top} />`)}
    ${rows.filter((index) => !isChange(index)).map(drawn)}
    ${rows.filter(isChange).toSorted(chosenLast(view)).map(drawn)}
    ${more === 0 ? '' : html`<text class="more" x=${columns.width / 2} y="16" text-anchor="middle">${more} more are not drawn: zoom in (+), or go by steps (x)</text>`}
  </g>`;
}

/** The words of the moment lie over others. */
function chosenLast({ moment }: View): (one: number, other: number) => number {
  return (one, other) => Number(one === moment.value) - Number(other === moment.value);
}

/** Messages of long ago that are under way still are drawn, too, if they began that near. */
const flightsBefore = 40;

function shownIn(view: View, { top, bottom }: Window, most: number) {
  const { axis } = view;
  const rows: number[] = [];
  const ticks: number[] = [];
  let more = 0;
  const first = Math.max(0, axis.indexAtY(top) - flightsBefore);
  for (let index = first; index < axis.count && axis.y(index) <= bottom; index += 1) {
    const record = view.record(index);
    if (record === undefined) continue;
    const room = view.roomOf(record);
    if (room === 'none' || room === 'step') continue;
    const into = record.kind === 'message' && room === 'tick' && isHeartbeat(record) ? ticks : rows;
    if (into.length < most) into.push(index);
    else more += 1;
  }
  return { rows, ticks, more };
}
