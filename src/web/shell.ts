/**
 * Owns the one HTML document: every page is this, and its script shows what the address names. The first
 * document of JSON lies in it, so that the first paint needs no further question.
 * Invariant: nothing in it is executed but our own modules; what comes from outside is data.
 */

import { createHash } from 'node:crypto';
import type { Assets } from './assets.js';
import { frame } from './frame.js';

/** Styles that only one page needs. */
const ofOnePage = '/styles/pages/';

const stylesheet = (path: string) => `<link rel="stylesheet" href="${path}">`;

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
  readonly #head: string;
  readonly #body: string;
  readonly contentSecurityPolicy: string;

  constructor(assets: Assets) {
    const { importMap } = assets;
    this.#assets = assets;
    const common = assets.pathsBelow('/styles/').filter((path) => !path.startsWith(ofOnePage));
    this.#head = [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="color-scheme" content="light dark">',
      '<title>Trivet</title>',
      '<link rel="icon" href="data:,">',
      ...common.map(stylesheet),
      `<script type="importmap">${importMap}</script>`,
      '<script type="module" src="/page/main.js"></script>',
    ].join('\n');
    this.#body = [
      '</head>',
      '<body>',
      "<noscript>This page needs JavaScript. Without it: <code>printf 'status\\n' | nc -N</code> " +
        'at this port says the same.</noscript>',
    ].join('\n');
    const hash = createHash('sha256').update(importMap).digest('base64');
    this.contentSecurityPolicy = [
      "default-src 'none'",
      `script-src 'self' 'sha256-${hash}'`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join('; ');
  }

  /** The document, with what the page begins with as data. */
  html({ document, path, module, styles, ...first }: First): string {
    // A `<` would end the data where it spells a tag.
    const rest = JSON.stringify(first).replaceAll('<', '\\u003c');
    const data = document === null ? 'null' : document.replaceAll('<', '\\u003c');
    return [
      this.#head,
      ...styles.map((name) => stylesheet(`${ofOnePage}${name}.css`)),
      // With these the browser need not read one to know of the next.
      ...this.#assets
        .neededBy('/page/main.js', ...(module === null ? [] : [`/page/${module}`]))
        .map((path) => `<link rel="modulepreload" href="${path}">`),
      this.#body,
      `<div id="page">${frame(path)}</div>`,
      `<script type="application/json" id="first">{"first":${rest},"document":${data}}</script>`,
      '</body>',
      '</html>',
      '',
    ].join('\n');
  }
}
