/**
 * Owns the small things that every page shows alike: a state, a commit's name, a time, a button.
 * A state is a shape and a word, never a colour alone.
 */

import type { State } from '../../protocol/documents.js';
import { type Child, html } from './html.js';
import { links } from './router.js';
import { ago, exactly, short } from './words.js';

/** One sign a state, told apart without colour; the word stands beside it or is read aloud. */
export const signs: Readonly<Record<State, string>> = {
  running: '▶',
  waiting: '◷',
  blocked: '◌',
  failed: '✕',
  errored: '!',
  'timed-out': '⧖',
  cancelled: '⊘',
  superseded: '»',
  skipped: '–',
  passed: '✓',
};

/** Whether somebody must look at it. */
export function isRed(state: State): boolean {
  return state === 'failed' || state === 'errored' || state === 'timed-out';
}

/** The sign alone, its word for those who hear the page. */
export function Sign({ state }: { readonly state: State }) {
  return html`<span class="sign ${state}" title=${state} role="img" aria-label=${state}>${signs[state]}</span>`;
}

/** The sign with its word. */
export function Badge({ state }: { readonly state: State }) {
  return html`<span class="badge ${state}"><span aria-hidden="true">${signs[state]}</span> ${state}</span>`;
}

/** A commit's id as a link to its page. */
export function CommitLink({ commit, job }: { readonly commit: string; readonly job?: string }) {
  return html`<a class="commit" href=${links.commit(commit, job)} title=${commit}>${short(commit)}</a>`;
}

/** How long ago, and exactly when in its title. */
export function Ago({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }) {
  return html`<time class="ago" datetime=${new Date(atMs).toISOString()} title=${exactly(atMs)}>${ago(atMs, nowMs)}</time>`;
}

/** `shop · main`, each a link. */
export function Where({
  repository,
  branch,
}: {
  readonly repository: string | null;
  readonly branch: string;
}) {
  if (repository === null) return html`<span class="where">${branch}</span>`;
  return html`<span class="where"><a href=${links.repository(repository)}>${repository}</a>${
    branch === ''
      ? ''
      : html`<span class="quiet" aria-hidden="true"> · </span><a href=${links.branch(repository, branch)}>${branch}</a>`
  }</span>`;
}

/** Nothing is here, and that is no fault. */
export function Empty({ says }: { readonly says: string }) {
  return html`<p class="empty">${says}</p>`;
}

/** A part of a page under its heading. `count`: how many there are of what it lists. */
export function Section({
  id,
  title,
  count,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly count?: number;
  readonly children: Child;
}) {
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${title}${count === undefined ? '' : html` <span class="count">${count}</span>`}</h2>
    ${children}
  </section>`;
}
