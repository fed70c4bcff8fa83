/**
 * Owns runs as spans beside the lifeline of their runner. One that was lost is left open: nobody knows how
 * it goes on, so it is torn off and dots follow; where its result comes late all the same, that ends it.
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
const outset = 3;

/** So far a lost run goes on before it is torn off; the drawing has that much room below its last row. */
const openFor = 84;
const tooth = 4;
const dots = [10, 17, 24];

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
    return html`<g key=${run} class=${looks}>
      <title>${`run ${run}${lostAt === null ? '' : ': lost, and its end is open'}`}</title>
      <rect x=${x} width=${width} y=${y1 - top} height=${Math.max(2, y2 - y1)} />
      ${lostAt === null ? '' : html`<${OpenEnd} x=${x} from=${y2 - top} to=${open - top} isTorn=${until === null} />`}
      ${until === null ? '' : html`<path class="run-end" d=${`M${x} ${open - top}h${width}`} />`}
    </g>`;
  })}</g>`;
}

/** Between being called lost and its late result; without one it is torn off. */
function OpenEnd({
  x,
  from,
  to,
  isTorn,
}: {
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly isTorn: boolean;
}) {
  const whole = width + 2 * outset;
  const edge = isTorn
    ? `l${-tooth / 2} ${-tooth}l${-tooth / 2} ${tooth}`.repeat(whole / tooth)
    : '';
  const middle = x + width / 2;
  return html`<g class="open-end">
    <path d=${`M${x - outset} ${from}h${whole}V${Math.max(from, to)}${edge === '' ? `h${-whole}` : edge}Z`} />
    ${isTorn ? dots.map((dot) => html`<circle key=${dot} cx=${middle} cy=${to + dot} r="1.8" />`) : ''}
  </g>`;
}

/** From its lease to its end; `open`: to where what is lost is drawn. */
function placeOf({ from, until, lostAt }: RunSpan, axis: Axis) {
  const y1 = axis.y(from);
  const end = until === null ? axis.height + goesOnFor : axis.y(until);
  const y2 = lostAt === null ? end : axis.y(lostAt);
  const open = lostAt === null ? y2 : until === null ? y2 + openFor : axis.y(until);
  return { y1, y2, open };
}
