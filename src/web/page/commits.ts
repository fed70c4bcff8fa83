/**
 * Owns the line of commits of a repository, or of a branch of it.
 */

import { html } from './html.js';
import { useTitle } from './page.js';

export function Commits(_: { readonly repository: string | null; readonly branch: string | null }) {
  useTitle('Commits');
  return html`<h1>Commits</h1>`;
}
