/**
 * Owns the promise that whoever takes the tour sees what its pages show.
 */

import { expect, test } from 'vitest';
import { withExcerpts } from '../../scripts/tour/excerpt.js';
import { asAlways } from '../../scripts/tour/page.js';
import { walked } from '../../scripts/tour/walk.js';
import { tourPages, withCode } from '../../scripts/write-tour.js';

const pages = tourPages();
const root = new URL('../../', import.meta.url);

test.each(pages)('the code in $name is as in its files (else: npm run docs)', ({ text }) => {
  expect(text).toBe(withCode(text));
});

test('what is typed on the tour prints what its pages show (else: npm run docs)', async () => {
  const texts = pages.map(({ text }) => text);
  // A second of the suite takes a tenth of it.
  const seen = await walked(texts, 0.1);
  expect(seen.map(asAlways)).toEqual(texts.map(asAlways));
}, 240_000);

test('each step leads to the next', () => {
  for (const [at, { text }] of pages.entries()) {
    const next = pages[at + 1];
    if (next !== undefined) expect(text).toContain(`](${next.name})**`);
  }
});

test('an excerpt whose anchor is gone, or is there twice, is refused by its name', () => {
  const page = (from: string) =>
    `<!-- code: src/protocol/verbs.ts, from: ${from} -->\n<!-- code: end -->`;
  expect(() => withExcerpts(page('nowhere'), root)).toThrow(/^0 lines of src.protocol.verbs.ts/);
  expect(() => withExcerpts(page('dispatch: {'), root)).toThrow(/^2 lines of .*: dispatch: {$/);
});
