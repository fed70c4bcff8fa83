/**
 * Owns the pages of the runners.
 */

import { html } from './html.js';
import { useTitle } from './page.js';

export function Runners(_: object) {
  useTitle('Runners');
  return html`<h1>Runners</h1>`;
}

export function Runner(_: { readonly name: string }) {
  useTitle('Runner');
  return html`<h1>Runner</h1>`;
}
