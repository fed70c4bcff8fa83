/**
 * Owns the drawing of what needs what: jobs, or the steps of one of them. Each node is a link.
 */

import type { JobOfCommit, State } from '../../../protocol/documents.js';
import { html } from '../html.js';
import { signs } from '../parts.js';
import { links } from '../router.js';
import { layoutOf, type Spot } from './graph-layout.js';
import { neededBy, stateOfEnding, stepsNeededBy } from './waterfall-rows.js';

interface Node {
  readonly id: number;
  readonly needs: readonly number[];
  readonly name: string;
  readonly state: State;
  /** Null: there is nothing to be read yet. */
  readonly address: string | null;
}

/** In pixels. */
const node = { width: 158, height: 34 };
const apart = { across: 40, down: 14 };
const margin = 2;

/** Of so many characters there is room. */
const nameMost = 17;

/** Only where one needs another. */
export function JobGraph({ jobs }: { readonly jobs: readonly JobOfCommit[] }) {
  const nodes = jobs.map((job) => ({
    id: job.job,
    needs: neededBy(job, jobs).map(({ job: id }) => id),
    name: job.name,
    state: job.state,
    address: `#${encodeURIComponent(job.name)}`,
  }));
  if (nodes.every(({ needs }) => needs.length === 0)) return null;
  return html`<section class="card" aria-labelledby="graph">
    <h2 id="graph">What needs what</h2>
    <${Graph} nodes=${nodes} says="Jobs, each right of those that it needs" />
  </section>`;
}

/** Only where the steps are no plain row. */
export function StepGraph({ job }: { readonly job: JobOfCommit }) {
  const run = job.runs.at(-1);
  const steps = job.plan.filter(({ isService }) => !isService);
  const isRow = steps.every((step, index) => {
    const [need, ...more] = stepsNeededBy(step, steps);
    return more.length === 0 && need === steps[index - 1]?.number;
  });
  if (isRow) return null;
  const nodes = steps.map((step) => {
    const told = run?.steps.find(({ number }) => number === step.number);
    const hasBegun = told !== undefined && told.startedAfterMs !== null;
    return {
      id: step.number,
      needs: stepsNeededBy(step, steps),
      name: step.name,
      state: told === undefined ? 'waiting' : stateOfEnding(told.state),
      address: hasBegun ? links.log(`${run?.run}.${step.number}`) : null,
    };
  });
  return html`<${Graph} nodes=${nodes} says=${`Steps of ${job.name}, each right of those that it needs`} />`;
}

function Graph({ nodes, says }: { readonly nodes: readonly Node[]; readonly says: string }) {
  const { spots, edges, columns, rows } = layoutOf(nodes);
  const at = (id: number) => placeOf(spots.get(id) ?? { column: 0, row: 0 });
  const width = columns * (node.width + apart.across) - apart.across + 2 * margin;
  const height = rows * (node.height + apart.down) - apart.down + 2 * margin;
  return html`<div class="graph" role="region" tabindex="0" aria-label=${says}>
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      ${edges.map(({ from, to, by }) => html`<path key=${`${from} ${to}`} class="edge" d=${curve([at(from), ...by.map(placeOf), at(to)])} />`)}
      ${nodes.map((one) => html`<${NodeOf} key=${one.id} one=${one} at=${at(one.id)} />`)}
    </svg>
  </div>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function placeOf({ column, row }: Spot): Place {
  return {
    x: margin + column * (node.width + apart.across),
    y: margin + row * (node.height + apart.down),
  };
}

/** From the right side of the first to the left side of the last, straight across all between. */
function curve([first, ...rest]: readonly Place[]): string {
  if (first === undefined) return '';
  const middle = node.height / 2;
  const bend = apart.across / 2;
  let path = `M${first.x + node.width} ${first.y + middle}`;
  let before = first;
  for (const [index, { x, y }] of rest.entries()) {
    path += ` C${x - bend} ${before.y + middle} ${x - bend} ${y + middle} ${x} ${y + middle}`;
    if (index < rest.length - 1) path += ` H${x + node.width}`;
    before = { x, y };
  }
  return path;
}

function NodeOf({ one, at: { x, y } }: { readonly one: Node; readonly at: Place }) {
  const { name, state, address } = one;
  const short = name.length > nameMost ? `${name.slice(0, nameMost - 1)}…` : name;
  const drawing = html`<g class="node ${state}" transform=${`translate(${x} ${y})`}>
    <title>${`${name}: ${state}`}</title>
    <rect width=${node.width} height=${node.height} rx="7" />
    <text class="mark-of" x="18" y="22" text-anchor="middle" aria-hidden="true">${signs[state]}</text>
    <text x="34" y="22" aria-hidden="true">${short}</text>
  </g>`;
  if (address === null) return drawing;
  return html`<a href=${address} aria-label=${`${name}: ${state}`}>${drawing}</a>`;
}
