/**
 * Owns the start of the page: it puts what the address names into the document.
 */

import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { html } from './html.js';
import { Surroundings, useTitle } from './page.js';
import { fetched, PageAt } from './pages.js';
import { page } from './router.js';

/** Busy until what is in it can be used. */
const root = document.getElementById('page');

function Page() {
  const at = page.value;
  useEffect(() => root?.removeAttribute('aria-busy'), []);
  return html`<${Surroundings}>${at.kind === 'nothing' ? html`<${Nothing} />` : html`<${PageAt} at=${at} />`}<//>`;
}

function Nothing() {
  useTitle('Not here');
  return html`<div class="refusal"><h1>Not here</h1><p>There is no such page. <a href="/">Home</a> is over there.</p></div>`;
}

const { kind } = page.value;
// The first paint is of the page, not of a place for it.
if (kind !== 'nothing') await fetched(kind);
if (root !== null) render(html`<${Page} />`, root);
