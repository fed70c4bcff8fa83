/**
 * Owns runs as spans beside the lifeline of their runner. One that was lost is left open: nobody knows how
 * it goes on.
 */

import type { Axis } from '../../../record/axis.js';
import type { RunSpan } from '../../../record/runs-of-lane.js';
import { html } from '../html.js';
import type { Columns } from './columns.js';
import { goesOnFor, type Window } from './strip.js';
import type { View } from './view.js';

/** In pixels. */
const beside = 22;
const width = 6;
const openFor = 150;

export function Spans({
  view,
  columns,
  window: { top, bottom },
}: {
  readonly view: View;
  readonly columns: Columns;
  readonly window: Window;
}) {
  const { axis } = view;
  const [first, last] = [axis.indexAtY(top), axis.indexAtY(bottom)];
  const runs = columns.lanes.flatMap((lane) => lane.runs.between(first, last));
  const placed = runs.map((span) => ({ span, ...placeOf(span, axis) }));
  const seen = placed.filter(({ y1, open }) => open >= top && y1 <= bottom);
  return html`<g class="spans">${seen.map(({ span, y1, y2, open }) => {
    const { run, process, commit, until, lostAt } = span;
    const x = columns.x(process) + beside;
    const looks = `run ${lostAt === null ? '' : 'lost'} ${view.isDim(commit) ? 'dim' : ''}`;
    const bottomOf = lostAt === null && until !== null ? `M${x} ${y2 - top}h${width}` : '';
    return html`<g key=${run} class=${looks}>
      <title>${`run ${run}${lostAt === null ? '' : ': lost, and its end is open'}`}</title>
      <rect x=${x} width=${width} y=${y1 - top} height=${Math.max(2, y2 - y1)} />
      ${
        lostAt === null
          ? html`<path class="run-end" d=${bottomOf} />`
          : html`<mask id=${`open-${run}`} maskContentUnits="objectBoundingBox"><rect width="1" height="1" fill="url(#of-open)" /></mask>
            <rect class="open-end" x=${x - 3} width=${width + 6} y=${y2 - top} height=${Math.max(0, open - y2)} mask=${until === null ? `url(#open-${run})` : null} />`
      }
    </g>`;
  })}</g>`;
}

/** From its lease to its end; `open`: to where what is lost is drawn. */
function placeOf({ from, until, lostAt }: RunSpan, axis: Axis) {
  const y1 = axis.y(from);
  const end = until === null ? axis.height + goesOnFor : axis.y(until);
  const y2 = lostAt === null ? end : axis.y(lostAt);
  const open = lostAt === null ? y2 : until === null ? y2 + openFor : axis.y(until);
  return { y1, y2, open };
}
