/**
 * Owns messages as arrows: from the line of who says it to the line of who hears it, in the colour and the
 * dash of its family of verbs. What nobody saw arrive slopes a little, for time passed; what was lost ends
 * on its way in a cross.
 */

import type { WireMessage } from '../../../record/record.js';
import { html } from '../html.js';
import { short } from '../words.js';
import { type Columns, type Drawn, lookIn } from './columns.js';
import { familyOf } from './looks.js';
import type { View } from './view.js';

/** In pixels. */
const slope = 9;
const beside = 11;
const headLength = 9;
const headHalf = 4.5;

/** Narrower than that there is room for a verb only. */
const wideFrom = 130;

export interface Flight {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  readonly end: 'arrived' | 'dropped' | 'under way';
}

/** Where it goes; null: it says something to itself. */
export function flightOf(view: View, columns: Columns, index: number): Flight | null {
  const message = view.record(index);
  if (message?.kind !== 'message' || message.from === message.to) return null;
  const [x1, x2] = [columns.x(message.from), columns.x(message.to)];
  const by = Math.sign(x2 - x1) * beside;
  const y = view.axis.y(index);
  const end = view.model.value?.endOf(index) ?? null;
  const ending = end === null ? undefined : view.record(end);
  const at = { fromX: x1 + by, toX: x2 - by };
  if (end !== null) {
    const isDropped = ending?.kind === 'dropped';
    const toX = isDropped ? at.fromX + (at.toX - at.fromX) * 0.55 : at.toX;
    return {
      fromX: at.fromX,
      toX,
      fromY: y,
      toY: view.axis.y(end),
      end: isDropped ? 'dropped' : 'arrived',
    };
  }
  if (view.model.value?.hearsArrivals === true) {
    const toX = at.fromX + (at.toX - at.fromX) * 0.5;
    return { ...at, toX, fromY: y, toY: y + slope, end: 'under way' };
  }
  const isSent = message.from === 'dispatcher';
  const [fromY, toY] = isSent ? [y, y + slope] : [y - slope, y];
  return { ...at, fromY, toY, end: 'arrived' };
}

export function Arrow(drawn: Drawn) {
  const { view, columns, index, top } = drawn;
  const message = view.record(index);
  const flight = flightOf(view, columns, index);
  if (message?.kind !== 'message' || flight === null) return null;
  const { name, dash } = familyOf(message.verb);
  const { fromX, toX, end } = flight;
  const [fromY, toY] = [flight.fromY - top, flight.toY - top];
  const line = `M${fromX.toFixed(1)} ${fromY.toFixed(1)}L${toX.toFixed(1)} ${toY.toFixed(1)}`;
  const isRight = toX > fromX;
  const x = fromX + (isRight ? 16 : -16);
  const y = fromY + ((toY - fromY) * (x - fromX)) / (toX - fromX || 1) - 5;
  return html`<g class="arrow ${name} ${end.replace(' ', '-')} ${lookIn(drawn, view.isDim(message.commit))}" data-index=${index} data-n=${message.n}>
    <title>${`${message.from} → ${message.to}: ${message.verb}`}</title>
    <path class="reach" d=${line} />
    <path class="shaft" d=${line} stroke-dasharray=${dash} />
    ${end === 'dropped' ? html`<path class="cross" d=${crossAt(toX, toY)} />` : end === 'under way' ? html`<circle class="waiting-dot" cx=${toX} cy=${toY} r="4" />` : html`<path class="head" d=${headAt(flight, toX, toY)} />`}
    <text class="label" x=${x.toFixed(1)} y=${y.toFixed(1)} text-anchor=${isRight ? 'start' : 'end'}>${message.verb}${
      message.commit !== undefined && columns.apart >= wideFrom
        ? html`<tspan class="commit-of" dx="6">${short(message.commit)}</tspan>`
        : ''
    }</text>
  </g>`;
}

function headAt({ fromX, fromY, toX, toY }: Flight, x: number, y: number): string {
  const length = Math.hypot(toX - fromX, toY - fromY) || 1;
  const [ux, uy] = [(toX - fromX) / length, (toY - fromY) / length];
  const [bx, by] = [x - ux * headLength, y - uy * headLength];
  const one = `${(bx - uy * headHalf).toFixed(1)} ${(by + ux * headHalf).toFixed(1)}`;
  const other = `${(bx + uy * headHalf).toFixed(1)} ${(by - ux * headHalf).toFixed(1)}`;
  return `M${x.toFixed(1)} ${y.toFixed(1)}L${one}L${other}Z`;
}

export function crossAt(x: number, y: number): string {
  const r = 5;
  return `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`;
}

/** What it says of a beat that is folded: a tick beside the line of the runner. */
export function Tick({ view, columns, index, top }: Omit<Drawn, 'isMute'>) {
  const message = view.record(index) as WireMessage;
  const isAsked = message.verb === 'ping';
  const x = columns.x(message.from === 'dispatcher' ? message.to : message.from);
  const end = view.model.value?.endOf(index) ?? null;
  const isLost = end !== null && view.record(end)?.kind === 'dropped';
  const y = (view.axis.y(index) - top).toFixed(1);
  const d = isAsked ? `M${x - 18} ${y}h7` : `M${x + 11} ${y}h7`;
  return html`<path class="tick-of ${isAsked ? 'asked' : 'answered'} ${isLost ? 'unheard' : ''}" d=${d} />`;
}
