/**
 * Owns the page of one runner: what it does, and what it had in hand before.
 */

import type { Documents } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { stateOfEnding } from './commit/waterfall-rows.js';
import { html } from './html.js';
import { Running } from './jobs-now.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Ago, CommitLink, Empty, Sign } from './parts.js';
import { links } from './router.js';
import { Offer, RunnerState } from './runners.js';
import { PauseButton } from './wish.js';
import { duration, plural } from './words.js';

type RunnerDocument = Documents['runner'];
type RunInHand = RunnerDocument['history'][number];

const concerns = ({ kind }: Happening) => kind !== 'log' && kind !== 'message';

export function Runner({ name }: { readonly name: string }) {
  useTitle(name);
  const loaded = useDocument<'runner'>(`/api/runners/${encodeURIComponent(name)}`, concerns);
  return html`<${Shown} loaded=${loaded.value}>${(document: RunnerDocument) =>
    html`<${Screen} document=${document} />`}<//>`;
}

function Screen({ document }: { readonly document: RunnerDocument }) {
  const { name, now, isPaused, history } = document;
  const nowMs = useNow(now !== null && now.running.length > 0);
  const before = history.filter(({ endedAtMs }) => endedAtMs !== null);
  return html`
    <header class="page-heading">
      <h1 class="cut">${name}</h1>
      <${RunnerState} state=${now?.state ?? 'away'} isPaused=${isPaused} />
      <${PauseButton} what=${`runner:${name}`} named=${`the runner ${name}`} isPaused=${isPaused} />
    </header>
    ${now === null ? html`<p class="quiet">It is not here now.</p>` : html`<${Offer} runner=${now} />`}
    ${
      now === null || now.running.length === 0
        ? ''
        : html`<section class="card" aria-labelledby="now">
            <h2 id="now">Running</h2>
            <ul class="rows">${now.running.map((job) => html`<${Running} key=${job.run} job=${job} nowMs=${nowMs} />`)}</ul>
          </section>`
    }
    <section class="card" aria-labelledby="history">
      <h2 id="history">What it had in hand</h2>
      ${
        before.length === 0
          ? html`<${Empty} says="Nothing yet." />`
          : html`<p class="quiet summary">${summaryOf(before)}</p>
            <ul class="rows">${before.map((run) => html`<${Row} key=${run.run} run=${run} nowMs=${nowMs} />`)}</ul>`
      }
    </section>
  `;
}

function Row({ run, nowMs }: { readonly run: RunInHand; readonly nowMs: number }) {
  const { ending, name, repository, commit, number, leasedAtMs, endedAtMs, reason } = run;
  const took = duration((endedAtMs ?? nowMs) - leasedAtMs);
  return html`<li class="in-hand">
    <a class="to-log" href=${links.log(run.run)} title="Open its log"><${Sign} state=${stateOfEnding(ending ?? 'running')} /></a>
    <span class="stack">
      <span class="cut">
        <${CommitLink} commit=${commit} job=${name} />
        ${name === 'default' ? '' : html` <span>${name}</span>`}
        ${repository === null ? '' : html` <a class="quiet" href=${links.repository(repository)}>${repository}</a>`}
        ${number > 1 ? html` <span class="quiet">attempt ${number}</span>` : ''}
      </span>
      <span class="cut quiet">${ending}${reason === '' ? '' : `: ${reason}`}</span>
    </span>
    <span class="aside">
      <a class="took" href=${links.log(run.run)} aria-label=${`${took}, log of ${name}, attempt ${number}`}>${took}</a>
      <${Ago} atMs=${leasedAtMs} nowMs=${nowMs} />
    </span>
  </li>`;
}

/** `50 runs: 45 passed, 3 failed, 2 lost`, the most frequent first. */
function summaryOf(runs: readonly RunInHand[]): string {
  const counts = new Map<string, number>();
  for (const { ending } of runs) counts.set(ending ?? '', (counts.get(ending ?? '') ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const parts = sorted.map(([ending, count]) => `${count} ${ending}`);
  return `The last ${plural(runs.length, 'run')}: ${parts.join(', ')}`;
}
