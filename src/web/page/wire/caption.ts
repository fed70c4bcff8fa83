/**
 * Owns what is always in view of a lab: what is said of the moment, and whether what must always hold
 * did so until then.
 */

import { lastAtMost } from '../../../record/sorted.js';
import { html } from '../html.js';
import { connection } from '../live.js';
import type { View } from './view.js';

/** Nothing where there is neither caption nor law: a dispatcher that does its work. */
export function Caption({ view }: { readonly view: View }) {
  const model = view.model.value;
  const index = view.moment.value;
  if (view.laid.value < 0 || model === null) return null;
  const caption = wordsAt(view, model.captions, index);
  const isWatched = model.header.source !== 'dispatcher';
  if (caption === null && !isWatched) return null;
  const isAway = isWatched && view.isLive && connection.value === 'waiting';
  const broken = wordsAt(view, model.broken, index);
  return html`<div class="caption-bar">
    <p class="caption-now" aria-live="polite">${caption ?? model.header.title}</p>
    ${
      isWatched
        ? html`<p class="laws-now ${broken === null ? 'held' : 'broken'}" role="status"><span aria-hidden="true">${broken === null ? '✓' : '§'}</span> ${broken ?? 'Every law holds'}</p>`
        : ''
    }
    ${isAway ? html`<p class="away-now" role="status">It does not answer: it has ended, or is being started again</p>` : ''}
  </div>`;
}

/** What the last of these says that was by then. */
function wordsAt(view: View, places: readonly number[], index: number): string | null {
  const place = places[lastAtMost(places, index, (one) => one)];
  const record = place === undefined ? undefined : view.record(place);
  return record?.kind === 'change' ? record.says : null;
}
