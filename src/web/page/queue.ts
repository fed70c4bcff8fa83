/**
 * Owns the page of what waits: in which order, and each for what; what is paused; and the buttons for that.
 */

import type { Documents } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { html } from './html.js';
import { Waiting } from './jobs-now.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Empty } from './parts.js';
import { PauseButton } from './wish.js';
import { plural } from './words.js';

type QueueDocument = Documents['queue'];

const concerns = ({ kind }: Happening) => kind !== 'log' && kind !== 'step' && kind !== 'message';

export function Queue(_: object) {
  useTitle('Queue');
  const loaded = useDocument<'queue'>('/api/queue', concerns);
  return html`<${Shown} loaded=${loaded.value}>${(document: QueueDocument) =>
    html`<${Screen} document=${document} />`}<//>`;
}

function Screen({ document }: { readonly document: QueueDocument }) {
  const { counts, paused, waiting } = document;
  const nowMs = useNow(waiting.length > 0);
  const more = counts.waiting + counts.blocked - waiting.length;
  const isAllPaused = paused.includes('everything');
  return html`
    <header class="page-heading">
      <h1>Queue</h1>
      <p class="quiet">${counts.running} running · ${counts.waiting} waiting · ${counts.blocked} blocked by others</p>
      ${isAllPaused ? '' : html`<${PauseButton} what="all" named="everything" isPaused=${false} />`}
    </header>
    <${Paused} paused=${paused} />
    <section class="card" aria-label="What waits">
      ${
        waiting.length === 0
          ? html`<${Empty} says="Nothing waits." />`
          : html`<ol class="rows in-order">${waiting.map((job) => html`<${Waiting} key=${job.job} job=${job} nowMs=${nowMs} />`)}</ol>`
      }
      ${more > 0 ? html`<p class="more quiet">and ${plural(more, 'more job')}</p>` : ''}
    </section>
  `;
}

function Paused({ paused }: { readonly paused: readonly string[] }) {
  if (paused.length === 0) return null;
  return html`<section class="card" aria-labelledby="paused">
    <h2 id="paused">Paused</h2>
    <ul class="rows">${paused.map(
      (named) => html`<li key=${named}>
        <span class="badge waiting"><span aria-hidden="true">Ⅱ</span> paused</span>
        <span class="cut">${named}</span>
        <span class="aside"><${PauseButton} what=${pausable(named)} named=${named} isPaused=${true} /></span>
      </li>`,
    )}</ul>
  </section>`;
}

/** `everything` → `all`, `the runner anna` → `runner:anna`. */
function pausable(named: string): string {
  const [, kind, name] = /^the (repository|runner) (.+)$/.exec(named) ?? [];
  return kind === undefined ? 'all' : `${kind}:${name}`;
}
