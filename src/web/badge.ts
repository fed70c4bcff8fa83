/**
 * Owns the badge of a branch: one word in a small picture, for pages of other sites. It is there for
 * every name, so that nobody learns from it which repositories there are; and where reading wants the
 * token, it says to those without it `unknown`.
 */

import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { type CommitInLine, documents, type State } from '../protocol/documents.js';
import { question } from '../protocol/questions.js';
import type { ProgramsGiven } from './programs.js';

/** Commits that are looked through for one that is over. */
const lookedThrough = 20;

/** Tried in this order, where it is not said which branch is meant. */
const usualBranches = ['main', 'master'];

const labelCharactersMax = 40;

type Word = State | 'unknown';

const colours: Readonly<Record<Word, string>> = {
  passed: '#3a8a3a',
  failed: '#c33c3c',
  errored: '#b5541c',
  'timed-out': '#b5541c',
  running: '#666',
  waiting: '#666',
  blocked: '#666',
  cancelled: '#666',
  superseded: '#666',
  skipped: '#666',
  unknown: '#666',
};

export const badgeRoute = '/badge/:repository{.+\\.svg}';

export function serveBadge(app: Hono, { answers, mayRead }: ProgramsGiven): void {
  app.get(badgeRoute, async (context) => {
    const repository = (context.req.param('repository') ?? '').replace(/\.svg$/, '');
    const branch = context.req.query('branch');
    const branches = branch === undefined ? [...usualBranches, undefined] : [branch];
    let word: Word = 'unknown';
    for (const one of mayRead(context) ? branches : []) {
      if (word === 'unknown') word = await wordFor(repository, one);
    }
    return picture(context, context.req.query('label') ?? 'tests', word);
  });

  async function wordFor(repository: string, branch: string | undefined): Promise<Word> {
    const asked = question.safeParse({ what: 'commits', repository, branch, most: lookedThrough });
    if (!asked.success) return 'unknown';
    const document = await answers.document(documents.commits, asked.data).catch(() => null);
    const over = document?.commits.find(isOver);
    return over?.state ?? 'unknown';
  }
}

/** Superseded and cancelled ones say nothing of the branch. */
export function isOver({ state, finishedAtMs }: CommitInLine): boolean {
  return finishedAtMs !== null && state !== 'superseded' && state !== 'cancelled';
}

function picture(context: Context, label: string, word: Word): Response {
  const bytes = svg([...label].slice(0, labelCharactersMax).join(''), word);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'Cache-Control': 'no-cache',
    ETag: etag,
    // Other sites may show it, and nothing in it is executed.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Content-Security-Policy': "default-src 'none'",
  };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  return context.body(bytes, 200, { ...headers, 'Content-Type': 'image/svg+xml; charset=utf-8' });
}

/** Two boxes, as wide as their words are held to be. */
function svg(label: string, word: Word): string {
  const [left, right] = [widthOf(label), widthOf(word)];
  const all = left + right;
  const text = (says: string, from: number, width: number) =>
    `<text x="${from + width / 2}" y="14" textLength="${width - 12}">${escaped(says)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${all}" height="20" role="img"`,
    ` aria-label="${escaped(`${label}: ${word}`)}">`,
    `<title>${escaped(`${label}: ${word}`)}</title>`,
    `<clipPath id="r"><rect width="${all}" height="20" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="20" fill="#444"/>`,
    `<rect x="${left}" width="${right}" height="20" fill="${colours[word]}"/></g>`,
    '<g fill="#fff" text-anchor="middle" font-size="11"',
    ' font-family="Verdana,DejaVu Sans,Geneva,sans-serif">',
    `${text(label, 0, left)}${text(word, left, right)}</g></svg>\n`,
  ].join('');
}

function widthOf(text: string): number {
  return Math.max(1, [...text].length) * 7 + 12;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** For an attribute or a text of XML, which has no place for control characters. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
