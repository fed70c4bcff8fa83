/**
 * Owns the promise that a link on a page leads somewhere: to a file that is there, and in a page to a
 * heading, or to a place that it names.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

test.each(pages)('all links of %s lead somewhere', (page) => {
  const text = withoutCode(readFileSync(page, 'utf8'));
  const links = [
    ...[...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link),
    ...[...text.matchAll(/(?:src|srcset)="(?!https?:)([^"\s]+)"/g)].map(([, link = '']) => link),
  ];
  expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', place] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  if (place === undefined || !file.endsWith('.md') || statSync(file).isDirectory()) return true;
  return placesOf(readFileSync(file, 'utf8')).includes(place);
}

/** As GitHub calls headings: in small letters, blanks as dashes, without signs. */
function placesOf(page: string): string[] {
  const headings = [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(page: string): string {
  return page
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\](){}<>]/g, ''));
}
