/**
 * Owns the one HTML document: every page is this, and its script shows what the address names. The styles of
 * all pages and the first document of JSON lie in it, so that the first paint needs no further question.
 * Invariant: nothing in it is executed but our own modules and what begins them; what comes from outside is data.
 */

import { createHash } from 'node:crypto';
import type { Assets } from './assets.js';
import { frame } from './frame.js';

/** Styles that only one page needs; its module waits for them (page/styled.ts). */
const ofOnePage = '/web/styles/pages/';

const mainModule = '/web/page/main.js';

/** What the page begins with. */
export interface First {
  /** Below /api; null: it asks by itself. */
  readonly url: string | null;
  readonly document: string | null;
  readonly wantsToken: boolean;
  readonly isTrusted: boolean;
  /** Of the page itself. */
  readonly path: string;
  /** What shows it, in /page/; null: there is no such page. */
  readonly module: string | null;
  /** Of its own, in /styles/pages/. */
  readonly styles: readonly string[];
}

export class Shell {
  readonly #assets: Assets;
  #constant: Constant | null = null;

  constructor(assets: Assets) {
    this.#assets = assets;
  }

  get contentSecurityPolicy(): string {
    return this.#parts.policy;
  }

  /** The document, with what the page begins with as data. */
  html({ document, path, module, styles, ...first }: First): string {
    const assets = this.#assets;
    const { head, begin } = this.#parts;
    // A `<` would end the data where it spells a tag.
    const rest = JSON.stringify(first).replaceAll('<', '\\u003c');
    const data = document === null ? 'null' : document.replaceAll('<', '\\u003c');
    const shown = module === null ? [] : [`/web/page/${module}`];
    // With these the browser need not read one to know of the next.
    const needed = [
      ...styles.map((name) =>
        link('rel="preload" as="style"', assets.address(`${ofOnePage}${name}.css`)),
      ),
      ...assets
        .neededBy(mainModule, ...shown)
        .map((of) => link('rel="modulepreload"', assets.address(of))),
    ];
    return [
      head,
      '</head>',
      '<body>',
      "<noscript>This page needs JavaScript. Without it: <code>printf 'status\\n' | nc -N</code> " +
        'at this port says the same.</noscript>',
      `<div id="page" aria-busy="true">${frame(path, first.wantsToken && !first.isTrusted)}</div>`,
      `<script type="application/json" id="first">{"first":${rest},"document":${data}}</script>`,
      `<template id="needed">${needed.join('\n')}</template>`,
      `<script>${begin}</script>`,
      '</body>',
      '</html>',
      '',
    ].join('\n');
  }

  /** Made when the first browser comes: until then nobody need read the files. */
  get #parts(): Constant {
    this.#constant ??= constantIn(this.#assets);
    return this.#constant;
  }
}

/** What is the same in every document. */
interface Constant {
  readonly head: string;
  readonly begin: string;
  readonly policy: string;
}

function constantIn(assets: Assets): Constant {
  const { importMap } = assets;
  const common = assets.pathsBelow('/web/styles/').filter((path) => !path.startsWith(ofOnePage));
  const style = common.map((path) => assets.text(path)).join('\n');
  const begin = beginning(assets.address(mainModule));
  const head = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Trivet</title>',
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    `<script type="importmap">${importMap}</script>`,
  ].join('\n');
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${[importMap, begin].map(sourceOf).join(' ')}`,
    `style-src 'self' ${sourceOf(style)}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return { head, begin, policy };
}

function link(attributes: string, address: string): string {
  return `<link ${attributes} href="${address}">`;
}

/** By what the policy knows a text in the document. */
function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * Fetches what is needed, and begins the modules, once the first paint is made: two dozen answers would
 * hold it up, and it needs none of them. A tab that nobody looks at paints nothing, and begins all the same.
 */
function beginning(main: string): string {
  return `
    const begin = () => {
      document.head.append(document.getElementById('needed').content);
      import('${main}').catch(again);
    };
    const again = () =>
      setTimeout(() => fetch('${main}').then(() => location.reload(), again), ${againAfterMs});
    requestAnimationFrame(() => setTimeout(begin));
    setTimeout(begin, ${unpaintedForMs});
  `;
}

const unpaintedForMs = 1_000;

/** Not every browser fetches a module twice: the page is loaded anew, once that can be. */
const againAfterMs = 2_000;
