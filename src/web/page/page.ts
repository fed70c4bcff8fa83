/**
 * Owns what surrounds every page: the bar with its links, whether it is live, the keys, and the one
 * place where what matters is said aloud.
 */

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Documents } from '../../protocol/documents.js';
import type { Loaded, Outcome } from './api.js';
import { wantsToken, wasTrusted } from './first.js';
import { type Child, html } from './html.js';
import { Keys } from './keys.js';
import { connection } from './live.js';
import { links, page } from './router.js';

/** Said to those who hear the page; politely, and seldom. */
export const announced = signal('');

/** What became of the last wish: what was done until one goes on, what was not until the next. */
export const notice = signal<Outcome | null>(null);

const places = [
  ['home', links.home, 'Home'],
  ['commits', links.commits, 'Commits'],
  ['queue', links.queue, 'Queue'],
  ['runners', links.runners, 'Runners'],
  ['wire', links.wire, 'Wire'],
] as const;

export function Surroundings({ children }: { readonly children: Child }) {
  return html`
    <a class="skip" href="#main">Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${links.home}><${Mark} /> Trivet</a>
      <nav aria-label="Pages">
        ${places.map(
          ([kind, address, name]) =>
            html`<a href=${address} aria-current=${page.value.kind === kind ? 'page' : null}>${name}</a>`,
        )}
      </nav>
      <span class="spacer"></span>
      <${Liveness} />
      ${wantsToken && !wasTrusted ? html`<a href=${links.signIn}>Sign in</a>` : ''}
    </header>
    <${Notice} />
    <main id="main" tabindex="-1">${children}</main>
    <${Keys} />
    <div class="unseen" role="status" aria-live="polite">${announced.value}</div>
  `;
}

/** Three legs under a ring: it never wobbles. */
function Mark() {
  return html`<svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
    <ellipse cx="12" cy="7" rx="9" ry="3.6" />
    <path d="M4 8.5 L2.5 21 M12 10.6 V21.5 M20 8.5 L21.5 21" />
  </svg>`;
}

function Liveness() {
  const state = connection.value;
  const says = {
    beginning: null,
    live: 'live',
    waiting: 'not connected: trying again',
    resting: 'resting while nobody looks',
  }[state];
  return html`<span class="liveness ${state}" title=${says}><span class="dot" aria-hidden="true"></span>${
    state === 'live' || state === 'beginning' ? 'live' : 'offline'
  }</span>`;
}

/** What was done is read by then. */
const noticeMs = 8_000;

function Notice() {
  const said = notice.value;
  useEffect(() => {
    if (said?.isDone !== true) return undefined;
    const going = new AbortController();
    // The same click may have brought another.
    const go = () => {
      if (notice.value === said) notice.value = null;
    };
    const timer = setTimeout(go, noticeMs);
    // Not by pointerdown: what is pressed would move from under the pointer.
    for (const act of ['keydown', 'click'] as const) {
      addEventListener(act, go, { signal: going.signal });
    }
    return () => {
      going.abort();
      clearTimeout(timer);
    };
  }, [said]);
  if (said === null) return null;
  return html`<p class="notice ${said.isDone ? 'done' : 'undone'}" role="status">
    ${said.says}
    ${said.status === 401 ? html`<a href=${links.signIn}>Sign in with the token</a>` : ''}
    <button type="button" class="plain" aria-label="Dismiss" onClick=${() => {
      notice.value = null;
    }}>✕</button>
  </p>`;
}

/** The document when it is here; what else there is to say while it is not. */
export function Shown<What extends keyof Documents>({
  loaded,
  children,
}: {
  readonly loaded: Loaded<What>;
  readonly children: (document: Documents[What]) => Child;
}) {
  if (loaded.kind === 'here') return html`${children(loaded.document)}`;
  if (loaded.kind === 'asking') return html`<p class="empty" aria-busy="true">…</p>`;
  return html`<div class="refusal">
    <h1>${loaded.status === 404 ? 'Not here' : loaded.status === 401 ? 'Sign in' : 'Not now'}</h1>
    <p>${loaded.says}</p>
    ${loaded.status === 401 ? html`<p><a class="button" href=${links.signIn}>Sign in with the token</a></p>` : ''}
  </div>`;
}

/** The title in the browser's tab: how things stand, then what is looked at. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Trivet`;
  }, [title]);
}
