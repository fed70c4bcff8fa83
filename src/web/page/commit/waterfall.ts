/**
 * Owns the picture of when what ran on which runner: one axis of time, a row for each job and each step.
 * What waited is hatched; what kept all else waiting has a diamond, and a line below it.
 */

import { useState } from 'preact/hooks';
import type { Documents } from '../../../protocol/documents.js';
import { html } from '../html.js';
import { isRed, Sign } from '../parts.js';
import { links } from '../router.js';
import { duration } from '../words.js';
import { type Axis, axisOver } from './axis.js';
import { type Bar, busySpans, type JobRow, type Row, waterfallOf } from './waterfall-rows.js';

/** Of so many jobs one sees all steps at once. */
const openUpTo = 6;

interface Drawn {
  readonly axis: Axis;
  /** Where all is critical, nothing is worth a mark. */
  readonly marks: boolean;
}

export function Waterfall({
  document,
  nowMs,
}: {
  readonly document: Documents['commit'];
  readonly nowMs: number;
}) {
  const waterfall = waterfallOf(document, nowMs);
  const { rows, path } = waterfall;
  const axis = axisOver(busySpans(waterfall));
  const all = rows.flatMap((row) => [row, ...row.steps]).filter(({ bars }) => bars.length > 0);
  const drawn = { axis, marks: path.length > 0 && all.some(({ isCritical }) => !isCritical) };
  const kinds = new Set(rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  const areFew = rows.length <= openUpTo;
  return html`<section class="card waterfall" aria-labelledby="waterfall">
    <h2 id="waterfall">What ran when</h2>
    <div class="chart">
      <${Scale} axis=${axis} />
      ${rows.map(
        (row) =>
          html`<${JobRows} key=${row.key} row=${row} drawn=${drawn} isOpen=${areFew || isRed(row.state) || row.state === 'running'} />`,
      )}
    </div>
    <${Legend} path=${path} drawn=${drawn} kinds=${kinds} />
  </section>`;
}

function Scale({ axis }: { readonly axis: Axis }) {
  return html`<div class="scale" aria-hidden="true">
    ${axis.ticks.map(({ at, says }) => html`<span key=${at} class="tick ${at > 0.9 ? 'last' : ''}" style=${{ left: percent(at) }}>${says}</span>`)}
  </div>`;
}

function JobRows({
  row,
  drawn,
  isOpen,
}: {
  readonly row: JobRow;
  readonly drawn: Drawn;
  readonly isOpen: boolean;
}) {
  const [wish, setWish] = useState<boolean | null>(null);
  const shows = wish ?? isOpen;
  const fold =
    row.steps.length === 0
      ? ''
      : html`<button type="button" class="plain fold" aria-expanded=${shows} aria-label=${`Steps of ${row.name}`} onClick=${() => setWish(!shows)}>${shows ? '▾' : '▸'}</button>`;
  return html`<div class="group">
    <${Line} row=${row} drawn=${drawn} kind="job-line">
      ${fold}<${Sign} state=${row.state} /><a class="cut name" href=${`#${encodeURIComponent(row.name)}`}>${row.name}</a>
    <//>
    ${
      shows
        ? row.steps.map(
            (step) => html`<${Line} key=${step.key} row=${step} drawn=${drawn} kind="step-line">
              <${Sign} state=${step.state} /><span class="cut name">${step.name}</span>
            <//>`,
          )
        : ''
    }
  </div>`;
}

function Line({
  row,
  drawn: { axis, marks },
  kind,
  children,
}: {
  readonly row: Row;
  readonly drawn: Drawn;
  readonly kind: 'job-line' | 'step-line';
  readonly children: unknown;
}) {
  const isCritical = marks && row.isCritical;
  const last = row.bars.findLast((bar) => bar.kind === 'ran');
  return html`<div class="line ${kind} ${isCritical ? 'critical' : ''}">
    <span class="label">${children}${isCritical ? html`<span class="diamond" role="img" aria-label="on the critical path" title="on the critical path">◆</span>` : ''}</span>
    <span class="track">
      ${axis.ticks.map(({ at }) => html`<span key=${at} class="grid-line" style=${{ left: percent(at) }}></span>`)}
      ${axis.cuts.map(({ at, says }) => html`<span key=${at} class="cut-line" style=${{ left: percent(at) }} title=${says}></span>`)}
      ${row.bars.map((bar) => html`<${BarOf} key=${bar.fromMs} bar=${bar} name=${row.name} axis=${axis} />`)}
    </span>
    <span class="length">${last === undefined ? '' : duration(last.untilMs - last.fromMs)}</span>
  </div>`;
}

/** What ran leads to its log; beside it stands on which runner. */
function BarOf({
  bar,
  name,
  axis,
}: {
  readonly bar: Bar;
  readonly name: string;
  readonly axis: Axis;
}) {
  const { kind, state, says, runner, log, fromMs, untilMs } = bar;
  const [from, until] = [axis.place(fromMs), axis.place(untilMs)];
  const style = { left: percent(from), width: percent(until - from) };
  const title = `${name}: ${says}${runner === '' ? '' : ` on ${runner}`}, ${duration(untilMs - fromMs)}`;
  if (log === null)
    return html`<span class="stretch ${kind}" style=${style} title=${title}></span>`;
  return html`<a class="stretch ran ${state} ${says === 'lost' ? 'lost' : ''}" style=${style} href=${links.log(log)} title=${`${title}: open the log`} aria-label=${`Log of ${title}`}></a>
    ${runner === '' ? '' : html`<${RunnerAt} runner=${runner} from=${from} until=${until} />`}`;
}

/** In the bar where that is wide, else after it, or before it near the end. */
function RunnerAt({
  runner,
  from,
  until,
}: {
  readonly runner: string;
  readonly from: number;
  readonly until: number;
}) {
  if (until - from > 0.12) {
    return html`<span class="at inside" style=${{ left: percent(from), width: percent(until - from) }} aria-hidden="true">${runner}</span>`;
  }
  if (until > 0.8) {
    return html`<span class="at before" style=${{ right: percent(1 - from) }} aria-hidden="true">${runner}</span>`;
  }
  return html`<span class="at" style=${{ left: percent(until) }} aria-hidden="true">${runner}</span>`;
}

function Legend({
  path,
  drawn,
  kinds,
}: {
  readonly path: readonly JobRow[];
  readonly drawn: Drawn;
  readonly kinds: ReadonlySet<Bar['kind']>;
}) {
  const by = path.length > 1 ? `: ${path.map(({ name }) => name).join(' → ')}` : '';
  return html`<p class="legend quiet">
    ${kinds.has('blocked') ? html`<span><span class="swatch blocked" aria-hidden="true"></span> waited for other jobs</span>` : ''}
    ${kinds.has('waited') ? html`<span><span class="swatch waited" aria-hidden="true"></span> waited for a runner</span>` : ''}
    ${drawn.marks ? html`<span><span class="diamond" aria-hidden="true">◆</span> critical path${by}</span>` : ''}
  </p>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)}%`;
}
