/**
 * Owns the picture of a whole recording, or of a part of it: drawn once, out of sight, and taken from there.
 */

import { render } from 'preact';
import { html } from '../html.js';
import { plural } from '../words.js';
import { columnsOf } from './columns.js';
import { below, margin } from './diagram.js';
import { Drawing } from './drawing.js';
import { Patterns } from './strip.js';
import { svgOf } from './svg-of.js';
import type { View } from './view.js';

/** Sixty thousand pixels from the first to the last: more opens in few programs. */
export const recordsMost = 2_000;

/** In pixels, where the processes need no more. */
const widthMin = 1_000;

/** From one place of the recording to another; what is wrong with that, where it would be too much. */
export function pictureOf(
  view: View,
  from: number,
  until: number,
): { readonly svg: string } | { readonly says: string } {
  const records = drawnBetween(view, from, until);
  if (records > recordsMost) {
    const most = plural(recordsMost, 'record');
    return {
      says: `A picture holds ${most} at most, and this would have ${records.toLocaleString('en-GB')}: choose fewer by a filter, or between two bookmarks`,
    };
  }
  const { axis } = view;
  const columns = columnsOf(view.lanes, widthMin);
  const isToEnd = until >= axis.count - 1;
  const window = {
    top: from === 0 ? -margin : axis.y(from) - margin,
    bottom: isToEnd ? axis.height + below : axis.y(until) + margin,
  };
  const place = document.createElement('div');
  place.className = 'out-of-sight';
  document.body.append(place);
  try {
    render(
      html`<svg class="space-time" width=${columns.width} height=${window.bottom - window.top}>
        <${Patterns} />
        <${Drawing} view=${view} columns=${columns} window=${window} most=${recordsMost} />
      </svg>`,
      place,
    );
    // A picture of all is of no moment.
    for (const chosen of place.querySelectorAll('.chosen')) chosen.classList.remove('chosen');
    const svg = place.querySelector('svg');
    const names = columns.lanes.map(({ name }) => ({ x: columns.x(name), name }));
    return svg === null ? { says: 'There is nothing to draw yet' } : { svg: svgOf(svg, names) };
  } finally {
    render(null, place);
    place.remove();
  }
}

function drawnBetween(view: View, from: number, until: number): number {
  let count = 0;
  for (let index = from; index <= until; index += 1) {
    const record = view.record(index);
    const room = record === undefined ? 'none' : view.roomOf(record);
    if (room === 'row' || room === 'tick') count += 1;
  }
  return count;
}
