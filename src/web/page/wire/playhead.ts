/**
 * Owns the moment as a line across the diagram, and a veil over what has not happened by then: as it sinks,
 * arrows come out as messages travel. Each that is under way is a dot. Also the hairline under the pointer.
 */

import type { Signal } from '@preact/signals';
import { html } from '../html.js';
import { flightOf } from './arrows.js';
import { type Columns, gutter } from './columns.js';
import { familyOf } from './looks.js';
import { between, clock } from './span-words.js';
import type { View } from './view.js';

/** Messages travel before the moment that far back at most. */
const flightsMost = 200;

/** A dot of a message whose end nobody saw is on its way so long. */
const unseenFlightUs = 2_000;

/** Drawn below all else, so that it strikes no words through. */
export function MomentLine({ view, columns }: { readonly view: View; readonly columns: Columns }) {
  const y = momentY(view);
  if (y === null) return null;
  return html`<g class="playhead ${view.going.value}">
    <line x1=${gutter - 6} x2=${columns.width} y1=${y} y2=${y} />
    <path class="handle" d=${`M0 ${y - 6}L9 ${y}L0 ${y + 6}Z`} />
  </g>`;
}

export function Veil({ view, columns }: { readonly view: View; readonly columns: Columns }) {
  const { mode, index } = view.playback.value;
  const { axis } = view;
  const y = momentY(view);
  if (y === null) return null;
  const isAtEnd = index >= axis.count - 1;
  const isPlaying = mode === 'playing';
  return html`<g class="playhead ${mode}">
    ${isAtEnd && !isPlaying ? '' : html`<rect class="veil" x="0" width=${columns.width} y=${y + (isPlaying ? 0 : 14)} height=${axis.height + 4_000 - y} />`}
    ${isPlaying ? html`<${Dots} view=${view} columns=${columns} />` : ''}
  </g>`;
}

/** At rest it is where the chosen record is, though others were at the same time. Null: nothing was yet. */
function momentY(view: View): number | null {
  const { atUs, mode, index } = view.playback.value;
  const { axis } = view;
  if (view.laid.value < 0 || index < 0) return null;
  return mode === 'paused' ? axis.y(index) : Math.min(axis.yAtTime(atUs), axis.height + 12);
}

function Dots({ view, columns }: { readonly view: View; readonly columns: Columns }) {
  const { atUs, index } = view.playback.value;
  const dots = [];
  for (let at = index; at > Math.max(-1, index - flightsMost); at -= 1) {
    const message = view.record(at);
    if (message?.kind !== 'message' || view.roomOf(message) === 'none') continue;
    const end = view.model.value?.endOf(at) ?? null;
    const fromUs = message.atUs;
    const untilUs = end === null ? fromUs + unseenFlightUs : view.axis.atUs(end);
    const flight = atUs > untilUs ? null : flightOf(view, columns, at);
    if (flight === null) continue;
    const share = untilUs <= fromUs ? 1 : (atUs - fromUs) / (untilUs - fromUs);
    const x = flight.fromX + (flight.toX - flight.fromX) * share;
    const y = flight.fromY + (flight.toY - flight.fromY) * share;
    dots.push(
      html`<circle key=${at} class="dot-of ${familyOf(message.verb).name}" cx=${x.toFixed(1)} cy=${y.toFixed(1)} r="7" />`,
    );
  }
  return html`<g>${dots}</g>`;
}

/** Under the pointer: when that is, and how far from the moment. */
export function Hairline({
  view,
  at,
  width,
}: {
  readonly view: View;
  /** In pixels of the axis; null: the pointer is elsewhere. */
  readonly at: Signal<number | null>;
  readonly width: number;
}) {
  const y = at.value;
  if (y === null) return null;
  const hovered = view.hovered.value;
  const hereUs = hovered === null ? view.axis.timeAtY(y) : view.axis.atUs(hovered);
  const isMeasured = view.playback.value.mode === 'paused' && hovered !== view.moment.value;
  return html`<g class="hairline">
    <line x1=${gutter - 8} x2=${width} y1=${y} y2=${y} />
    <g transform=${`translate(0 ${y - 9})`}><rect width=${gutter - 8} height="18" rx="3" /><text x="72" y="13" text-anchor="end">${clock(hereUs)}</text></g>
    ${isMeasured ? html`<${Measured} view=${view} y=${y} untilUs=${hereUs} width=${width} />` : ''}
  </g>`;
}

/** From the moment to the pointer, and how long that was. */
function Measured({
  view,
  y,
  untilUs,
  width,
}: {
  readonly view: View;
  readonly y: number;
  readonly untilUs: number;
  readonly width: number;
}) {
  const from = view.axis.y(view.moment.value);
  const apart = between(untilUs - view.axis.atUs(view.moment.value));
  const x = width - 14;
  const middle = (from + y) / 2 + 4;
  return html`<g class="measured">
    <path d=${`M${x - 5} ${from}h10M${x} ${from}V${y}M${x - 5} ${y}h10`} />
    <text class="measure" x=${x - 10} y=${middle} text-anchor="end">${apart} between</text>
  </g>`;
}
