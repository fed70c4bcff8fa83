/**
 * Owns the home page: what runs, what waits and why, what is new; beside it what is red and since when.
 */

import { useDocument } from './api.js';
import { html } from './html.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Ago, Badge, CommitLink, Where } from './parts.js';

export function Home() {
  useTitle('Home');
  const loaded = useDocument<'overview'>('/api/overview', ({ kind }) => kind !== 'log');
  const nowMs = useNow(false);
  return html`<${Shown} loaded=${loaded.value}>${(
    document: import('../../protocol/documents.js').Documents['overview'],
  ) =>
    html`<h1 class="unseen">Home</h1>
      <ul class="rows">
        ${document.newest.map(
          (one) => html`<li>
            <${Badge} state=${one.state} /> <${CommitLink} commit=${one.commit} /> ${one.subject}
            <${Where} repository=${one.repository} branch=${one.branch} />
            <${Ago} atMs=${one.atMs} nowMs=${nowMs} />
          </li>`,
        )}
      </ul>`}<//>`;
}
