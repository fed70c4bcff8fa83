/**
 * Owns the buttons of a lecture: a scenario and its next step, commits, what can be done to each process and
 * to its line, held messages that are delivered by hand, and the laws with their verdicts.
 * Never decides whether something can be done where that is not plain to see; the lab does, and says why not.
 */

import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import {
  commitKinds,
  type HeldMessage,
  type LabDocument,
  type LabLine,
  type LabProcess,
  type LineState,
  lineStates,
} from '../../../record/lab.js';
import { html } from '../html.js';
import { connection } from '../live.js';
import { commitKeys, useLabKeys } from './lab-keys.js';
import { LabButton, wished } from './lab-wish.js';

export function LabPanel({ lab }: { readonly lab: LabDocument }) {
  const chosen = useSignal<string | null>(null);
  useLabKeys(lab, chosen);
  return html`<section class="lab" aria-label="The lab" inert=${connection.value === 'waiting'}>
    <${Scenarios} lab=${lab} />
    <div class="commits-of" role="group" aria-label="Push a commit">
      <h2>Commit</h2>
      ${commitKinds.map((what) => html`<${LabButton} key=${what} action=${{ do: 'commit', what }} does=${what} label=${`Push a ${what} commit`} hint=${commitKeys[what]} />`)}
    </div>
    <div class="processes-of">${lab.processes.map((one, at) => html`<${Process} key=${one.name} one=${one} at=${at} line=${lab.lines.find(({ process }) => process === one.name)} chosen=${chosen} />`)}</div>
    <${Held} lines=${lab.lines} />
    <${Laws} lab=${lab} />
    <${Left} lab=${lab} />
  </section>`;
}

function Scenarios({ lab: { scenario, scenarios } }: { readonly lab: LabDocument }) {
  const picked = useSignal(scenarios[0]?.name ?? '');
  const one = scenarios.find(({ name }) => name === picked.value);
  if (scenario === null) {
    return html`<div class="scenario-of">
      <label>Scenario <select value=${picked.value} onChange=${(event: Event) => {
        picked.value = (event.currentTarget as HTMLSelectElement).value;
      }}>${scenarios.map(({ name, title }) => html`<option key=${name} value=${name}>${title}</option>`)}</select></label>
      <${LabButton} action=${{ do: 'scenario', name: picked.value }} does="Begin" label=${`Begin the scenario ${one?.title ?? ''}`} />
      <p class="quiet">${one?.says}</p>
    </div>`;
  }
  const { title, step, steps, asks, isOver, isWell } = scenario;
  const how = isWell ? 'over' : 'over: something did not come';
  return html`<div class="scenario-of">
    <h2>${title} <span class="quiet">${isOver ? how : `step ${step} of ${steps}`}</span></h2>
    ${asks === null ? '' : html`<p class="asks-of" aria-live="polite">${asks}</p>`}
    ${isOver ? '' : html`<${LabButton} action=${{ do: 'next' }} does="Next" label="Next: the scenario goes on" hint="n" isOff=${asks === null} />`}
    <${LabButton} action=${{ do: 'scenario', name: null }} does=${isOver ? 'Other scenarios' : 'End'} label=${isOver ? 'Other scenarios' : 'End the scenario'} />
  </div>`;
}

function Process({
  one: { name, state, pid },
  at,
  line,
  chosen,
}: {
  readonly one: LabProcess;
  readonly at: number;
  readonly line: LabLine | undefined;
  readonly chosen: Signal<string | null>;
}) {
  const isDead = state === 'dead';
  const isFrozen = state === 'frozen';
  const choose = () => {
    chosen.value = name;
  };
  const card = useRef<HTMLDivElement>(null);
  const isChosen = chosen.value === name;
  // By its number one chooses also what is out of sight.
  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return html`<div ref=${card} class="process-of ${state}" role="group" aria-label=${name}>
    <button type="button" class="plain name-of" aria-pressed=${isChosen} title=${`Choose ${name} for the keys (${at + 1})`} onClick=${choose}><span class="number-of">${at + 1}</span> ${name}</button>
    <span class="state-of">${isDead ? 'dead' : `${state} ${pid ?? ''}`}</span>
    <span class="deeds-of">
      <${LabButton} action=${{ do: 'kill', process: name }} does="Kill" label=${`Kill ${name}`} hint="k" isOff=${isDead} />
      ${
        isFrozen
          ? html`<${LabButton} action=${{ do: 'thaw', process: name }} does="Thaw" label=${`Thaw ${name}`} hint="z" />`
          : html`<${LabButton} action=${{ do: 'freeze', process: name }} does="Freeze" label=${`Freeze ${name}`} hint="z" isOff=${isDead} />`
      }
      <${LabButton} action=${{ do: 'restart', process: name }} does=${isDead ? 'Start' : 'Restart'} label=${`${isDead ? 'Start' : 'Restart'} ${name}`} hint="r" />
    </span>
    ${line === undefined ? '' : html`<${LineOf} line=${line} />`}
  </div>`;
}

const lineWords: Readonly<Record<LineState, string>> = {
  clear: 'line clear',
  delay: 'line delays',
  slice: 'line slices',
  swallow: 'line swallows',
  hold: 'line holds',
};

function LineOf({ line: { process, state } }: { readonly line: LabLine }) {
  const set = (event: Event) => {
    const wanted = (event.currentTarget as HTMLSelectElement).value;
    const known = lineStates.find((one) => one === wanted);
    if (known !== undefined) void wished({ do: 'line', process, state: known });
  };
  return html`<span class="line-of ${state}">
    <select aria-label=${`The line of ${process}`} value=${state} onChange=${set}>${lineStates.map((one) => html`<option key=${one} value=${one} selected=${one === state}>${lineWords[one]}</option>`)}</select>
    <${LabButton} action=${{ do: 'cut', process }} does="Cut" label=${`Cut the line of ${process}`} hint="u" />
  </span>`;
}

function Held({ lines }: { readonly lines: readonly LabLine[] }) {
  const holding = lines.filter(({ state }) => state === 'hold');
  if (holding.length === 0) return null;
  return html`<div class="held-of" role="group" aria-label="Held messages">
    ${holding.map(
      ({ process, held }) => html`<div key=${process}>
        <h2>Held at ${process} <${LabButton} action=${{ do: 'deliver', process }} does="Deliver next" label=${`Deliver next message of ${process}`} hint="d" isOff=${held.length === 0} /></h2>
        <ol>${held.slice(0, heldShown).map((one) => html`<${HeldOne} key=${one.id} process=${process} one=${one} isFirst=${isFirst(one, held)} />`)}</ol>
        ${held.length > heldShown ? html`<p class="quiet">and ${held.length - heldShown} more</p>` : ''}
      </div>`,
    )}
  </div>`;
}

const heldShown = 12;

/** Of each direction of a connection only the first can pass. */
function isFirst({ id, from, connection }: HeldMessage, held: readonly HeldMessage[]): boolean {
  const first = held.find((other) => other.from === from && other.connection === connection);
  return first?.id === id;
}

function HeldOne({
  process,
  one: { id, verb, from, to, head },
  isFirst,
}: {
  readonly process: string;
  readonly one: HeldMessage;
  readonly isFirst: boolean;
}) {
  return html`<li title=${head}>
    <code>${verb}</code> ${from} → ${to}
    <${LabButton} action=${{ do: 'deliver', process, id }} does="Deliver" label=${`Deliver ${verb} from ${from} to ${to}`} isOff=${!isFirst} />
  </li>`;
}

function Laws({ lab: { laws } }: { readonly lab: LabDocument }) {
  const broken = laws.filter((law) => law.broken !== null);
  return html`<div class="laws-of">
    <h2>${broken.length === 0 ? `All ${laws.length} laws hold` : `${broken.length} of ${laws.length} laws are broken`}</h2>
    <ul>${[...broken, ...laws.filter((law) => law.broken === null)].map(
      ({
        name,
        says,
        broken: how,
      }) => html`<li key=${name} class=${how === null ? 'held' : 'broken'}>
        <span aria-hidden="true">${how === null ? '✓' : '✗'}</span> <span class="unseen">${how === null ? 'Holds:' : 'Broken:'}</span> ${says}${how === null ? '' : html`: <strong>${how}</strong>`}
      </li>`,
    )}</ul>
  </div>`;
}

const minuteMs = 60_000;

function Left({ lab }: { readonly lab: LabDocument }) {
  const leftMs = useSignal(lab.endsInMs);
  useEffect(() => {
    const endsAtMs = performance.now() + lab.endsInMs;
    const look = () => {
      leftMs.value = Math.max(0, endsAtMs - performance.now());
    };
    look();
    const timer = setInterval(look, 5_000);
    return () => clearInterval(timer);
  }, [lab]);
  const minutes = Math.ceil(leftMs.value / minuteMs);
  return html`<p class="quiet">The lab ends by itself within ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.</p>`;
}
