/**
 * Owns which addresses are pages, and what each begins with. The page's own router (page/router.ts) knows
 * the same addresses.
 */

import { type Question, question } from '../protocol/questions.js';

interface First {
  /** What the page asks by itself later. */
  readonly url: string;
  readonly question: Question;
}

/** Patterns of pages, and what lies at each under /api; null: it begins with nothing. */
const pages: readonly (readonly [RegExp, ((...parts: string[]) => First | null) | null])[] = [
  [/^\/$/, () => first('/api/overview', { what: 'overview' })],
  [/^\/commits$/, () => first('/api/commits', { what: 'commits' })],
  [
    /^\/commits\/([0-9a-fA-F]{4,64})$/,
    (commit) => first(`/api/commits/${commit}`, { what: 'commit', commit }),
  ],
  [
    /^\/repositories\/([^/]+)$/,
    (repository = '') =>
      first(`/api/commits?repository=${repository}`, {
        what: 'commits',
        repository: decoded(repository),
      }),
  ],
  [
    /^\/commits\/([0-9a-fA-F]{4,64})\/failing$/,
    (commit) => first(`/api/commits/${commit}`, { what: 'commit', commit }),
  ],
  [/^\/repositories\/([^/]+)\/branches\/(.+)$/, null],
  [/^\/logs\/([0-9a-f-]+(?:\.\d+)?)$/, null],
  [/^\/runners$/, () => first('/api/runners', { what: 'runners' })],
  [/^\/runners\/([^/]+)$/, null],
  [/^\/queue$/, () => first('/api/queue', { what: 'queue' })],
  [/^\/sign-in$/, null],
];

/** Null: there is no such page. */
export function firstQuestion(path: string): { readonly first: First | null } | null {
  for (const [pattern, begin] of pages) {
    const parts = pattern.exec(path);
    if (parts !== null) return { first: begin?.(...parts.slice(1)) ?? null };
  }
  return null;
}

function first(url: string, asked: object): First | null {
  const parsed = question.safeParse(asked);
  return parsed.success ? { url, question: parsed.data } : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
