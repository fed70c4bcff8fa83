/**
 * Owns which addresses are pages, which module shows each, and what it begins with. The page's own router
 * (page/router.ts) knows the same addresses.
 */

import { type Question, question } from '../protocol/questions.js';

interface First {
  /** What the page asks by itself later. */
  readonly url: string;
  readonly question: Question;
}

interface PagesAt {
  readonly pattern: RegExp;
  /** In /page/. */
  readonly module: string;
  /** In /styles/pages/, of its own; absent: none. */
  readonly styles?: readonly string[];
  /** What lies at it under /api; absent: it begins with nothing. */
  readonly begin?: (...parts: string[]) => First | null;
}

const ofCommit = (commit = '') => first(`/api/commits/${commit}`, { what: 'commit', commit });

const pages: readonly PagesAt[] = [
  {
    pattern: /^\/$/,
    module: 'home.js',
    begin: () => first('/api/overview', { what: 'overview' }),
  },
  {
    pattern: /^\/commits$/,
    module: 'commits.js',
    begin: () => first('/api/commits', { what: 'commits' }),
  },
  { pattern: /^\/commits\/([0-9a-fA-F]{4,64})$/, module: 'commit.js', begin: ofCommit },
  { pattern: /^\/commits\/([0-9a-fA-F]{4,64})\/failing$/, module: 'failing.js', begin: ofCommit },
  {
    pattern: /^\/repositories\/([^/]+)$/,
    module: 'commits.js',
    begin: (repository = '') =>
      first(`/api/commits?repository=${repository}`, {
        what: 'commits',
        repository: decoded(repository),
      }),
  },
  { pattern: /^\/repositories\/([^/]+)\/branches\/(.+)$/, module: 'commits.js' },
  { pattern: /^\/logs\/([0-9a-f-]+(?:\.\d+)?)$/, module: 'log/log.js', styles: ['log'] },
  {
    pattern: /^\/runners$/,
    module: 'runners.js',
    begin: () => first('/api/runners', { what: 'runners' }),
  },
  { pattern: /^\/runners\/([^/]+)$/, module: 'runner.js' },
  { pattern: /^\/queue$/, module: 'queue.js', begin: () => first('/api/queue', { what: 'queue' }) },
  { pattern: /^\/wire$/, module: 'wire/wire.js', styles: ['wire', 'wire-parts', 'lab'] },
  { pattern: /^\/wire\/compare$/, module: 'wire/compare.js', styles: ['wire', 'wire-parts'] },
  { pattern: /^\/sign-in$/, module: 'sign-in.js' },
];

/** Null: there is no such page. */
export function pageAt(path: string) {
  for (const { pattern, module, styles = [], begin } of pages) {
    const parts = pattern.exec(path);
    if (parts !== null) return { first: begin?.(...parts.slice(1)) ?? null, module, styles };
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
