/**
 * Owns the start of the page: it puts what the address names into the document.
 */

import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Commit } from './commit.js';
import { Commits } from './commits.js';
import { Failing } from './failing.js';
import { Home } from './home.js';
import { type Element, html } from './html.js';
import { Surroundings, useTitle } from './page.js';
import { Queue } from './queue.js';
import { page } from './router.js';
import { Runner } from './runner.js';
import { Runners } from './runners.js';
import { SignIn } from './sign-in.js';

function Page() {
  return html`<${Surroundings}>${shown()}<//>`;
}

function shown(): Element {
  const at = page.value;
  switch (at.kind) {
    case 'home':
      return html`<${Home} />`;
    case 'commits':
      return html`<${Commits} key=${location.pathname} repository=${at.repository} branch=${at.branch} />`;
    case 'commit':
      return html`<${Commit} key=${at.commit} commit=${at.commit} />`;
    case 'failing':
      return html`<${Failing} key=${at.commit} commit=${at.commit} name=${at.name} />`;
    case 'log':
      return html`<${LogPage} log=${at.log} />`;
    case 'runners':
      return html`<${Runners} />`;
    case 'runner':
      return html`<${Runner} key=${at.name} name=${at.name} />`;
    case 'queue':
      return html`<${Queue} />`;
    case 'sign-in':
      return html`<${SignIn} />`;
    default:
      return html`<${Nothing} />`;
  }
}

const logView = signal<typeof import('./log/log.js').Log | null>(null);

/** Its modules come with the first log. */
function LogPage({ log }: { readonly log: string }) {
  useEffect(() => {
    void import('./log/log.js').then(({ Log }) => {
      logView.value = Log;
    });
  }, []);
  if (logView.value === null) return html`<p class="empty" aria-busy="true">…</p>`;
  return html`<${logView.value} key=${log} log=${log} />`;
}

function Nothing() {
  useTitle('Not here');
  return html`<div class="refusal"><h1>Not here</h1><p>There is no such page. <a href="/">Home</a> is over there.</p></div>`;
}

const root = document.getElementById('page');
if (root !== null) render(html`<${Page} />`, root);
