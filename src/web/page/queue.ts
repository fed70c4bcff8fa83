/**
 * Owns the page of what waits.
 */

import { html } from './html.js';
import { useTitle } from './page.js';

export function Queue(_: object) {
  useTitle('Queue');
  return html`<h1>Queue</h1>`;
}
