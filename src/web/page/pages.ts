/**
 * Owns which module shows which page. Each comes when it is first wanted, which begins when somebody points
 * at a link to it: whoever reads a list loads no lab.
 */

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Element, html } from './html.js';
import { type Page, pageAt } from './router.js';
import { styled } from './styled.js';

type Show = (at: Page) => Element;

/** A page by what its address names; `key`: another one of its kind begins anew. */
const modules: Readonly<Record<Exclude<Page['kind'], 'nothing'>, () => Promise<Show>>> = {
  home: async () => {
    const { Home } = await import('./home.js');
    return () => html`<${Home} />`;
  },
  commits: async () => {
    const { Commits } = await import('./commits.js');
    return (at) => html`<${Commits} key=${location.pathname} ...${at} />`;
  },
  commit: async () => {
    const { Commit } = await import('./commit.js');
    return (at) => html`<${Commit} key=${location.pathname} ...${at} />`;
  },
  failing: async () => {
    const { Failing } = await import('./failing.js');
    return (at) => html`<${Failing} key=${location.pathname} ...${at} />`;
  },
  log: async () => {
    const [{ Log }] = await Promise.all([import('./log/log.js'), styled('log')]);
    return (at) => html`<${Log} key=${location.pathname} ...${at} />`;
  },
  runners: async () => {
    const { Runners } = await import('./runners.js');
    return () => html`<${Runners} />`;
  },
  runner: async () => {
    const { Runner } = await import('./runner.js');
    return (at) => html`<${Runner} key=${location.pathname} ...${at} />`;
  },
  queue: async () => {
    const { Queue } = await import('./queue.js');
    return () => html`<${Queue} />`;
  },
  wire: async () => {
    const [{ Wire }] = await Promise.all([
      import('./wire/wire.js'),
      styled('wire'),
      styled('wire-parts'),
      styled('lab'),
    ]);
    return () => html`<${Wire} />`;
  },
  'wire-compare': async () => {
    const [{ Compare }] = await Promise.all([
      import('./wire/compare.js'),
      styled('wire'),
      styled('wire-parts'),
    ]);
    return () => html`<${Compare} />`;
  },
  'sign-in': async () => {
    const { SignIn } = await import('./sign-in.js');
    return () => html`<${SignIn} />`;
  },
};

type Kind = keyof typeof modules;

/** Those that are here. */
const shown = signal<Readonly<Partial<Record<Kind, Show>>>>({});

/** A dispatcher that is away is asked again. */
const againAfterMs = 2_000;

/** Brings that page's module; again and again where it cannot be had. */
export async function fetched(kind: Kind): Promise<void> {
  try {
    await brought(kind);
  } catch {
    // A dispatcher of another release has other modules, and they do not go with ours: anew, with those.
    if (await isGone(import.meta.url)) location.reload();
    else setTimeout(() => void fetched(kind), againAfterMs);
  }
}

async function brought(kind: Kind): Promise<void> {
  if (shown.value[kind] !== undefined) return;
  const show = await modules[kind]();
  shown.value = { ...shown.value, [kind]: show };
}

async function isGone(address: string): Promise<boolean> {
  const response = await fetch(address, { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  return response?.status === 404;
}

for (const sign of ['pointerover', 'focusin'] as const) {
  document.addEventListener(sign, ({ target }) => {
    const link = target instanceof Element ? target.closest('a') : null;
    if (link === null || link.origin !== location.origin) return;
    const { kind } = pageAt(link.pathname);
    // Who only points at it has lost nothing.
    if (kind !== 'nothing') void brought(kind).catch(() => {});
  });
}

/** What the address names, once it is here. */
export function PageAt({ at }: { readonly at: Exclude<Page, { kind: 'nothing' }> }) {
  const show = shown.value[at.kind];
  useEffect(() => {
    void fetched(at.kind);
  }, [at.kind]);
  return show === undefined ? html`<p class="empty" aria-busy="true">…</p>` : show(at);
}
