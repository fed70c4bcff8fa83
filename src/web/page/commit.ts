/**
 * Owns the page of one commit.
 */

import { html } from './html.js';
import { useTitle } from './page.js';

export function Commit(_: { readonly commit: string }) {
  useTitle('Commit');
  return html`<h1>Commit</h1>`;
}
