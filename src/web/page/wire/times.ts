/**
 * Owns the times beside the lifelines: when each row was, how long nothing happened, and in grey where the
 * rows go on while time stands still.
 */

import { html } from '../html.js';
import { between, clock } from './span-words.js';
import type { Window } from './strip.js';
import { widthOf } from './text-width.js';
import type { View } from './view.js';

/** A wait so long is worth a word. */
const waitFromUs = 250_000;

/** In pixels: labels need so much. */
const labelNeeds = 15;

/** They end before the lifelines; what is longer begins at the edge, and reaches into the free room. */
const labelsEnd = 74;
const edge = 4;

export function Times({
  view,
  rows,
  width,
  window: { top },
}: {
  readonly view: View;
  /** Places of the records that are drawn. */
  readonly rows: readonly number[];
  readonly width: number;
  readonly window: Window;
}) {
  const { axis } = view;
  const labels: { readonly y: number; readonly says: string; readonly isWait: boolean }[] = [];
  const bands: { readonly y: number; readonly height: number }[] = [];
  let last = { y: Number.NEGATIVE_INFINITY, says: '' };
  let before: number | null = null;
  for (const index of rows) {
    const y = axis.y(index);
    const says = clock(axis.atUs(index));
    const waited = before === null ? 0 : axis.atUs(index) - axis.atUs(before);
    if (before !== null && waited <= 100 && axis.y(before) < y) {
      bands.push({ y: axis.y(before), height: y - axis.y(before) });
    }
    if (waited >= waitFromUs && view.mode.value !== 'time' && y - last.y >= 2 * labelNeeds) {
      labels.push({ y: y - labelNeeds, says: `${between(waited)} later`, isWait: true });
    }
    if (y - last.y >= labelNeeds && says !== last.says) {
      labels.push({ y, says, isWait: false });
      last = { y, says };
    }
    before = index;
  }
  return html`<g class="times">
    ${bands.map((band) => html`<rect key=${band.y} class="still" x="0" width=${width} y=${band.y - top} height=${band.height} />`)}
    ${labels.map((label) => html`<${Label} key=${`${label.y} ${label.says}`} ...${label} y=${label.y - top + 4} />`)}
  </g>`;
}

function Label({
  y,
  says,
  isWait,
}: {
  readonly y: number;
  readonly says: string;
  readonly isWait: boolean;
}) {
  if (isWait && widthOf(says, 'wait') > labelsEnd - edge) {
    return html`<text class="wait" x=${edge} y=${y}>${says}</text>`;
  }
  return html`<text class=${isWait ? 'wait' : 'time'} x=${labelsEnd} y=${y} text-anchor="end">${says}</text>`;
}
