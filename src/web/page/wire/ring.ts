/**
 * Owns the ring of runners: the dispatcher in the middle, around it those that it keeps. The arc of a runner
 * shrinks until its next heartbeat is due and is full again with its pong; a lease is a thread from the
 * middle. It shows the moment that one looks at, not only now.
 */

import type { Lane } from '../../../record/model.js';
import type { RunSpan } from '../../../record/runs-of-lane.js';
import { lastAtMost } from '../../../record/sorted.js';
import { html } from '../html.js';
import { short } from '../words.js';
import { familyOf, stateSigns } from './looks.js';
import type { View } from './view.js';

/** In units of the drawing. */
const size = 340;
const middle = size / 2;
const radius = 118;
const around = 27;

/** A runner is asked about so often, until its own record tells otherwise. */
const usualBeatUs = 900_000;

export function Ring({ view }: { readonly view: View }) {
  const { index } = view.playback.value;
  const laid = view.laid.value;
  const { model } = view;
  const lanes = laid < 0 ? [] : (model.value?.lanes ?? []);
  const runners = lanes.filter(({ role, from }) => role === 'runner' && from <= index);
  const leases = model.value?.leasesAt(index) ?? [];
  const dispatcher = lanes.find(({ role }) => role === 'dispatcher');
  const state = dispatcher === undefined ? 'idle' : (stateOf(view, dispatcher, index) ?? 'idle');
  const lowest = Math.max(0, ...runners.map((_, at) => placeOf(at, runners.length).y));
  // Where nobody stands below the middle, nothing is kept free for a name.
  const height = Math.max(middle + radius + 4, lowest + around + 24);
  return html`<svg class="ring" viewBox=${`0 0 ${size} ${height}`} role="img" aria-label=${ringWords(view, runners, leases, index)}>
    <circle class="orbit" cx=${middle} cy=${middle} r=${radius} />
    ${runners.map((lane, at) => html`<${Thread} key=${lane.name} view=${view} place=${placeOf(at, runners.length)} lease=${leases.find(({ process }) => process === lane.name)} />`)}
    <${Flights} view=${view} runners=${runners} />
    <g class="hub ${state}">
      <circle cx=${middle} cy=${middle} r="35" />
      <text x=${middle} y=${middle + 4} text-anchor="middle">dispatcher</text>
    </g>
    ${runners.map((lane, at) => html`<${Runner} key=${lane.name} view=${view} lane=${lane} place=${placeOf(at, runners.length)} />`)}
    ${runners.length === 0 ? html`<text class="nobody" x=${middle} y=${middle + 62} text-anchor="middle">No runner yet</text>` : ''}
  </svg>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** From the top on, as a clock goes. */
function placeOf(at: number, count: number): Place {
  const angle = (2 * Math.PI * at) / Math.max(1, count) - Math.PI / 2;
  return { x: middle + radius * Math.cos(angle), y: middle + radius * Math.sin(angle) };
}

function stateOf(view: View, { name }: Lane, index: number) {
  return view.model.value?.stretchAt(name, index)?.state ?? null;
}

function Runner({
  view,
  lane,
  place: { x, y },
}: {
  readonly view: View;
  readonly lane: Lane;
  readonly place: Place;
}) {
  const { index, atUs } = view.playback.value;
  const state = stateOf(view, lane, index) ?? 'idle';
  const share = state === 'dead' ? 0 : heartbeatShare(view, lane, index, atUs);
  const whole = 2 * Math.PI * around;
  return html`<g class="runner-at ${state}">
    <title>${`${lane.name}: ${state}`}</title>
    <circle class="due" cx=${x} cy=${y} r=${around} />
    ${share <= 0 ? '' : html`<circle class="arc" cx=${x} cy=${y} r=${around} stroke-dasharray=${`${(whole * share).toFixed(1)} ${whole.toFixed(1)}`} transform=${`rotate(-90 ${x} ${y})`} />`}
    <circle class="core" cx=${x} cy=${y} r=${around - 6} />
    <text class="sign-of" x=${x} y=${y + 6} text-anchor="middle">${stateSigns[state]}</text>
    <text class="name-of" x=${x} y=${y + (y > middle + 40 ? around + 17 : -around - 8)} text-anchor="middle">${lane.name}</text>
  </g>`;
}

/** 1: just heard; 0: the next heartbeat is due. By then, and by what it did before. */
export function heartbeatShare(
  view: Pick<View, 'axis'>,
  { pongs, from }: Lane,
  index: number,
  atUs: number,
): number {
  const at = lastAtMost(pongs, index, (one) => one);
  const heard = pongs[at];
  const before = pongs[at - 1];
  const heardUs = view.axis.atUs(heard ?? from);
  const apart = before === undefined ? usualBeatUs : heardUs - view.axis.atUs(before);
  const everyUs = Math.min(6 * usualBeatUs, Math.max(usualBeatUs / 4, apart));
  return Math.max(0, Math.min(1, 1 - (atUs - heardUs) / everyUs));
}

function Thread({
  place: { x, y },
  lease,
}: {
  readonly view: View;
  readonly place: Place;
  readonly lease: RunSpan | undefined;
}) {
  if (lease === undefined) return null;
  const [mx, my] = [middle + (x - middle) * 0.55, middle + (y - middle) * 0.55];
  return html`<g class="thread">
    <line x1=${middle} y1=${middle} x2=${x} y2=${y} />
    <rect x=${mx - 31} y=${my - 10} width="62" height="20" rx="10" />
    <text x=${mx} y=${my + 4} text-anchor="middle">${short(lease.commit)}</text>
  </g>`;
}

/** Messages under way at the moment, as dots on the threads. */
function Flights({ view, runners }: { readonly view: View; readonly runners: readonly Lane[] }) {
  const { index, atUs, mode } = view.playback.value;
  if (mode !== 'playing') return null;
  const dots = [];
  for (let at = index; at > Math.max(-1, index - 60); at -= 1) {
    const message = view.record(at);
    if (message?.kind !== 'message') continue;
    const end = view.model.value?.endOf(at) ?? null;
    const untilUs = end === null ? message.atUs + 2_000 : view.axis.atUs(end);
    if (atUs > untilUs || untilUs <= message.atUs) continue;
    const isOut = message.from === 'dispatcher';
    const peer = runners.findIndex(({ name }) => name === (isOut ? message.to : message.from));
    if (peer === -1) continue;
    const { x, y } = placeOf(peer, runners.length);
    const share = (atUs - message.atUs) / (untilUs - message.atUs);
    const way = isOut ? share : 1 - share;
    dots.push(
      html`<circle key=${at} class="dot-of ${familyOf(message.verb).name}" cx=${middle + (x - middle) * way} cy=${middle + (y - middle) * way} r="6" />`,
    );
  }
  return html`<g>${dots}</g>`;
}

function ringWords(
  view: View,
  runners: readonly Lane[],
  leases: readonly RunSpan[],
  index: number,
): string {
  const each = runners.map((lane) => {
    const lease = leases.find(({ process }) => process === lane.name);
    const has = lease === undefined ? '' : `, has ${short(lease.commit)}`;
    return `${lane.name} is ${stateOf(view, lane, index) ?? 'here'}${has}`;
  });
  return each.length === 0 ? 'No runner yet' : `Runners: ${each.join('; ')}`;
}
