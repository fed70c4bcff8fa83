/**
 * Owns the page of the runners: what each does, what it offers, when it was heard last.
 */

import type { Documents, RunnerInRow } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { html } from './html.js';
import { Running } from './jobs-now.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Empty } from './parts.js';
import { links } from './router.js';
import { PauseButton } from './wish.js';
import { duration, plural } from './words.js';

type RunnersDocument = Documents['runners'];

const concerns = ({ kind }: Happening) => kind !== 'log' && kind !== 'message';

export function Runners(_: object) {
  useTitle('Runners');
  const loaded = useDocument<'runners'>('/api/runners', concerns);
  return html`<${Shown} loaded=${loaded.value}>${(document: RunnersDocument) =>
    html`<${Screen} document=${document} />`}<//>`;
}

function Screen({ document }: { readonly document: RunnersDocument }) {
  const { runners, observers, paused } = document;
  const nowMs = useNow(runners.some(({ running }) => running.length > 0));
  const slots = runners.reduce((sum, { capacity }) => sum + capacity, 0);
  const taken = runners.reduce((sum, { running }) => sum + running.length, 0);
  return html`
    <header class="page-heading">
      <h1>Runners</h1>
      <p class="quiet">${plural(runners.length, 'runner')}, ${taken} of ${plural(slots, 'place')} taken</p>
    </header>
    ${
      runners.length === 0
        ? html`<section class="card"><${Empty} says="None: start one with node test-runner.js <repo>." /></section>`
        : html`<div class="runner-cards">${runners.map(
            (runner) =>
              html`<${Card} key=${runner.name} runner=${runner} isPaused=${paused.includes(`the runner ${runner.name}`)} nowMs=${nowMs} />`,
          )}</div>`
    }
    <section class="card" aria-labelledby="observers">
      <h2 id="observers">Observers</h2>
      ${
        observers.length === 0
          ? html`<${Empty} says="None: start one with node observer.js <repo>." />`
          : html`<ul class="rows">${observers.map(
              ({ name, repository }) =>
                html`<li key=${name}><span class="cut">${name}</span> <span class="quiet">${
                  repository === null
                    ? 'watches a repository without a name'
                    : html`watches <a href=${links.repository(repository)}>${repository}</a>`
                }</span></li>`,
            )}</ul>`
      }
    </section>
  `;
}

function Card({
  runner,
  isPaused,
  nowMs,
}: {
  readonly runner: RunnerInRow;
  readonly isPaused: boolean;
  readonly nowMs: number;
}) {
  const { name, running } = runner;
  const heading = `runner-${name}`;
  return html`<section class="card runner-card" aria-labelledby=${heading}>
    <header class="page-heading">
      <h2 class="named cut" id=${heading}><a href=${links.runner(name)}>${name}</a></h2>
      <${RunnerState} state=${runner.state} isPaused=${isPaused} />
      <${PauseButton} what=${`runner:${name}`} named=${`the runner ${name}`} isPaused=${isPaused} />
    </header>
    <${Offer} runner=${runner} />
    ${
      running.length === 0
        ? html`<p class="quiet free">Nothing to do</p>`
        : html`<ul class="rows">${running.map((job) => html`<${Running} key=${job.run} job=${job} nowMs=${nowMs} />`)}</ul>`
    }
  </section>`;
}

/** Who is asked for a sign of life now and then is not silent yet. */
const silentFromMs = 10_000;

/** What it takes, and when it was last heard. */
export function Offer({ runner }: { readonly runner: RunnerInRow }) {
  const { kind, labels, repositories, capacity, silentMs } = runner;
  return html`<p class="offer quiet">
    ${kind === 'classic' ? html`<span>classic</span>` : ''}
    <span>${plural(capacity, 'place')}</span>
    <span>${repositories === null ? 'any repository' : repositories.join(', ')}</span>
    ${labels.map((label) => html`<span class="label-chip" key=${label}>${label}</span>`)}
    <span>${silentMs < silentFromMs ? 'heard just now' : `not heard for ${duration(silentMs)}`}</span>
  </p>`;
}

/** A shape and a word. */
export function RunnerState({
  state,
  isPaused,
}: {
  readonly state: RunnerInRow['state'] | 'away';
  readonly isPaused: boolean;
}) {
  const says = isPaused && state === 'busy' ? 'busy, then paused' : isPaused ? 'paused' : state;
  const shape = isPaused ? 'Ⅱ' : shapes[state];
  const look = isPaused || state === 'leaving' ? 'waiting' : state === 'busy' ? 'running' : state;
  return html`<span class="badge ${look}"><span aria-hidden="true">${shape}</span> ${says}</span>`;
}

const shapes = { idle: '○', busy: '▶', leaving: '⇥', paused: 'Ⅱ', away: '–' } as const;
