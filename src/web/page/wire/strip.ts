/**
 * Owns the lifelines, each with the strip that says how its process is: by its width, its pattern, its
 * colour and a word. The strip carries most of the meaning, and is read from the back of a hall.
 */

import type { Axis } from '../../../record/axis.js';
import type { Lane, Stretch } from '../../../record/model.js';
import { lastAtMost } from '../../../record/sorted.js';
import { html } from '../html.js';
import { short } from '../words.js';
import type { Columns } from './columns.js';
import { stripHalf } from './looks.js';
import type { View } from './view.js';

/** In pixels: a word needs so much, and comes again after so much. */
const wordNeeds = 56;
const wordEvery = 320;

/** Below the last record it goes on so far. */
export const goesOnFor = 24;

/** What is drawn of the axis. */
export interface Window {
  readonly top: number;
  readonly bottom: number;
}

/** How what is hatched looks; once in the drawing. */
export function Patterns() {
  return html`<defs>
    <pattern id="of-draining" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="ground draining" width="8" height="8" /><rect class="grain draining" width="4" height="8" />
    </pattern>
    <pattern id="of-frozen" width="8" height="8" patternUnits="userSpaceOnUse">
      <rect class="ground frozen" width="8" height="8" /><path class="grain-line frozen" d="M0 0L8 8M8 0L0 8" />
    </pattern>
    <pattern id="of-silent" width="6" height="8" patternUnits="userSpaceOnUse">
      <rect class="ground silent" width="6" height="8" /><rect class="grain silent" width="6" height="3" />
    </pattern>
    <pattern id="of-lost" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
      <rect class="grain lost" width="2.4" height="6" />
    </pattern>
  </defs>`;
}

export function Strip({
  view,
  columns,
  lane,
  window: { top, bottom },
}: {
  readonly view: View;
  readonly columns: Columns;
  readonly lane: Lane;
  readonly window: Window;
}) {
  const { axis } = view;
  const x = columns.x(lane.name);
  const begin = axis.y(lane.from);
  if (begin > bottom) return null;
  const from = Math.max(begin, top);
  return html`<g class="lane">
    <line class="lifeline" x1=${x} x2=${x} y1=${from - top} y2=${bottom - top} />
    ${stretchesIn(lane.strip, axis, { top, bottom }).map(({ stretch, y1, y2 }) => html`<${Stretched} key=${stretch.from} view=${view} x=${x} stretch=${stretch} y1=${y1} y2=${y2} />`)}
  </g>`;
}

/** Those that are seen, and where; what goes on beyond is cut. */
function stretchesIn(strip: readonly Stretch[], axis: Axis, { top, bottom }: Window) {
  const seen: { readonly stretch: Stretch; readonly y1: number; readonly y2: number }[] = [];
  const firstFrom = axis.indexAtY(top);
  const first = Math.max(
    0,
    lastAtMost(strip, firstFrom, ({ from }) => from),
  );
  for (let at = first; at < strip.length; at += 1) {
    const [stretch, next] = [strip[at], strip[at + 1]];
    if (stretch === undefined) break;
    const y1 = axis.y(stretch.from);
    if (y1 > bottom) break;
    const y2 = next === undefined ? Math.max(axis.height, y1) + goesOnFor : axis.y(next.from);
    seen.push({ stretch, y1: Math.max(y1, top - 40) - top, y2: Math.min(y2, bottom + 40) - top });
  }
  return seen;
}

function Stretched({
  view,
  x,
  stretch: { state, commit },
  y1,
  y2,
}: {
  readonly view: View;
  readonly x: number;
  readonly stretch: Stretch;
  readonly y1: number;
  readonly y2: number;
}) {
  const half = stripHalf[state];
  if (state === 'dead') {
    return html`<g class="stretch-of dead"><line class="no-more" x1=${x} x2=${x} y1=${y1 + 14} y2=${y2} /></g>`;
  }
  const word = state === 'idle' ? '' : commit === '' ? state : short(commit);
  const places: number[] = [];
  if (word !== '' && y2 - y1 >= wordNeeds) {
    const count = Math.max(1, Math.floor((y2 - y1) / wordEvery));
    for (let at = 0; at < count; at += 1) places.push(y1 + ((at + 0.5) * (y2 - y1)) / count);
  }
  const isDim = commit !== '' && view.isDim(commit);
  return html`<g class="stretch-of ${state} ${isDim ? 'dim' : ''}">
    <title>${commit === '' ? state : `${state}: ${short(commit)}`}</title>
    <rect x=${x - half} width=${2 * half} y=${y1} height=${Math.max(0, y2 - y1)} rx=${Math.min(3, half)} />
    ${places.map((y) => html`<text key=${y} class="strip-word" transform=${`translate(${x + 3.8} ${y}) rotate(-90)`} text-anchor="middle">${word}</text>`)}
  </g>`;
}
