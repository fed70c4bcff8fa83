/**
 * Owns which page an address is, and how one goes from page to page without a reload. Addresses are those
 * of src/web/page-at.ts.
 */

import { signal } from '@preact/signals';

export type Page =
  | { readonly kind: 'home' }
  | { readonly kind: 'commits'; readonly repository: string | null; readonly branch: string | null }
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'failing'; readonly commit: string; readonly name: string | null }
  | { readonly kind: 'log'; readonly log: string }
  | { readonly kind: 'runners' }
  | { readonly kind: 'runner'; readonly name: string }
  | { readonly kind: 'queue' }
  | { readonly kind: 'wire' }
  | { readonly kind: 'wire-compare' }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'nothing'; readonly path: string };

export const page = signal<Page>(pageAt(location.pathname));

export const links = {
  home: '/',
  commits: '/commits',
  runners: '/runners',
  queue: '/queue',
  wire: '/wire',
  compare: '/wire/compare',
  signIn: '/sign-in',
  commit: (commit: string, job?: string) =>
    `/commits/${commit}${job === undefined ? '' : `#${encodeURIComponent(job)}`}`,
  /** The log of what failed: of that job, or of the first that did. */
  failing: (commit: string, job?: string) =>
    `/commits/${commit}/failing${job === undefined ? '' : `?job=${encodeURIComponent(job)}`}`,
  repository: (name: string) => `/repositories/${encodeURIComponent(name)}`,
  branch: (repository: string, branch: string) =>
    `/repositories/${encodeURIComponent(repository)}/branches/${branch.split('/').map(encodeURIComponent).join('/')}`,
  runner: (name: string) => `/runners/${encodeURIComponent(name)}`,
  log: (log: string, line?: number) => `/logs/${log}${line === undefined ? '' : `#L${line}`}`,
} as const;

export function pageAt(path: string): Page {
  const [first = '', second = '', third = '', ...rest] = path
    .split('/')
    .slice(1)
    .map((part) => decoded(part));
  const isEnd = third === '';
  if (first === '') return { kind: 'home' };
  if (first === 'repositories' && second !== '' && third === 'branches') {
    return { kind: 'commits', repository: second, branch: rest.join('/') };
  }
  if (first === 'commits' && third === 'failing' && rest.length === 0) {
    const name = new URLSearchParams(location.search).get('job');
    return { kind: 'failing', commit: second, name };
  }
  if (!isEnd) return { kind: 'nothing', path };
  if (second === '') {
    if (first === 'commits') return { kind: 'commits', repository: null, branch: null };
    const isOne = first === 'runners' || first === 'queue' || first === 'wire';
    if (isOne || first === 'sign-in') return { kind: first };
    return { kind: 'nothing', path };
  }
  if (first === 'repositories') return { kind: 'commits', repository: second, branch: null };
  if (first === 'wire' && second === 'compare') return { kind: 'wire-compare' };
  if (first === 'commits') return { kind: 'commit', commit: second };
  if (first === 'logs') return { kind: 'log', log: second };
  if (first === 'runners') return { kind: 'runner', name: second };
  return { kind: 'nothing', path };
}

/** Goes there, as if a link had been followed. */
export function go(address: string): void {
  history.pushState(null, '', address);
  arrive();
  const { hash } = location;
  if (hash === '') scrollTo(0, 0);
}

/** The same, and the way back does not lead here. */
export function replace(address: string): void {
  history.replaceState(null, '', address);
  arrive();
}

function arrive(): void {
  page.value = pageAt(location.pathname);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

addEventListener('popstate', arrive);

document.addEventListener('click', (event) => {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!isPlain || event.defaultPrevented || link === null || link.target !== '') return;
  const { origin, pathname, hash, href } = new URL(link.href);
  if (origin !== location.origin || link.hasAttribute('download') || pathname.startsWith('/api/'))
    return;
  // A place on this page: the browser goes there.
  if (pathname === location.pathname && hash !== '') return;
  event.preventDefault();
  go(href);
});
