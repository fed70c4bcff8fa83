/**
 * Owns the bar above the diagram: live, pause and steps, the speed, the axis, what is folded.
 */

import { axisModes } from '../../../record/axis.js';
import { type Child, html } from '../html.js';
import { FilterField } from './filter-field.js';
import { families } from './looks.js';
import { placeOfSpeed, speeds, speedWords } from './playback.js';
import type { View } from './view.js';

const axisWords = { steps: 'Steps', between: 'Between', time: 'Time' } as const;

export function Controls({ view, children }: { readonly view: View; readonly children: Child }) {
  const mode = view.going.value;
  const isGoing = mode !== 'paused';
  return html`<div class="controls" role="toolbar" aria-label="Playback">
    ${
      view.isLive
        ? html`<button type="button" class="live-button ${mode === 'live' ? 'is-live' : ''}" aria-pressed=${mode === 'live'} onClick=${() => view.goLive()} title="Follow the newest"><span class="dot" aria-hidden="true"></span>Live</button>`
        : ''
    }
    <span class="transport">
      <${Tool} sign="⇤" does="To the beginning (Home)" call=${() => view.goTo(0)} />
      <${Tool} sign="‹" does="One step back (←)" call=${() => view.step(-1)} />
      <button type="button" class="tool play" aria-label=${isGoing ? 'Pause' : 'Play'} title="Space" onClick=${() => view.toggle()}>${isGoing ? 'Ⅱ' : '▶'}</button>
      <${Tool} sign="›" does="One step on (→)" call=${() => view.step(1)} />
      <${Tool} sign="⇥" does="To the end (End)" call=${() => view.goTo(view.axis.count - 1)} />
    </span>
    <${Speed} view=${view} />
    <span class="segments" role="group" aria-label="Axis">
      ${axisModes.map((one) => html`<button key=${one} type="button" aria-pressed=${view.mode.value === one} onClick=${() => view.changeAxis(one)} title=${`Axis (x)`}>${axisWords[one]}</button>`)}
    </span>
    <button type="button" class="fold-beats" aria-pressed=${view.showsBeats.value} onClick=${() => view.foldBeats()} title="Heartbeats as arrows (h)">♥ Heartbeats</button>
    <${FilterField} view=${view} />
    ${children}
  </div>`;
}

function Tool({
  sign,
  does,
  call,
}: {
  readonly sign: string;
  readonly does: string;
  readonly call: () => void;
}) {
  return html`<button type="button" class="tool" aria-label=${does} title=${does} onClick=${call}>${sign}</button>`;
}

function Speed({ view }: { readonly view: View }) {
  const { speed } = view.playback.value;
  const slide = (event: Event) => {
    const place = Number((event.currentTarget as HTMLInputElement).value);
    view.changeSpeed(place - placeOfSpeed(view.playback.value.speed));
  };
  return html`<label class="speed" title="Speed of playing ([ and ])">
    <input type="range" min="0" max=${speeds.length - 1} value=${placeOfSpeed(speed)} onInput=${slide} aria-label="Speed" aria-valuetext=${speedWords(speed)} />
    <output>${speedWords(speed)}</output>
  </label>`;
}

/** Which colour and dash is what. */
export function Legend() {
  return html`<ul class="legend-of" aria-label="Messages">
    ${families.map(({ name, says, dash }) => html`<li key=${name}><svg width="30" height="8" class="arrow ${name}" aria-hidden="true"><path class="shaft" d="M1 4h28" stroke-dasharray=${dash} /></svg>${says}</li>`)}
  </ul>`;
}
