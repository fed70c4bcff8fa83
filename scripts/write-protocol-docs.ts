/**
 * Owns docs/protocol.md: the prose is kept in the file itself, the tables between the two marks
 * are made from src/protocol/verbs.ts. `npm run docs` writes it; a test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vocabulary } from '../src/protocol/help.js';

const path = fileURLToPath(new URL('../docs/protocol.md', import.meta.url));
const [begin, end] = ['<!-- verbs: begin -->\n', '<!-- verbs: end -->'];

/** The page with its tables made anew. */
export function withVocabulary(page: string): string {
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  return `${head}\n${vocabulary()}${page.slice(page.indexOf(end))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withVocabulary(readFileSync(path, 'utf8')));
}
