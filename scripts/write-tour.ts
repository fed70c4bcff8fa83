/**
 * Owns docs/tour: its prose is kept in the pages themselves. Made from the real thing are the excerpts of
 * code, from the files that they name, and all that terminals print, by walking through the tour with
 * real processes. `npm run docs` writes both, in about three minutes; a test walks faster and compares.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withExcerpts } from './tour/excerpt.js';
import { walked } from './tour/walk.js';

const root = new URL('../', import.meta.url);
const folder = new URL('docs/tour/', root);

/** The steps, in their order. */
export function tourPages(): { readonly name: string; readonly text: string }[] {
  const names = readdirSync(folder).filter((name) => /^\d.*\.md$/.test(name));
  return names.sort().map((name) => {
    return { name, text: readFileSync(new URL(name, folder), 'utf8') };
  });
}

export function withCode(page: string): string {
  return withExcerpts(page, root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = tourPages();
  const anew = await walked(
    pages.map(({ text }) => withCode(text)),
    1,
  );
  for (const [at, { name }] of pages.entries()) {
    writeFileSync(new URL(name, folder), anew[at] ?? '');
  }
}
