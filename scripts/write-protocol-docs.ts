/**
 * Owns docs/protocol.md: the prose is kept in the file itself. Between marks stand what is made from
 * code: the tables of verbs (src/protocol/verbs.ts) and the states of a job
 * (src/dispatcher/core/transitions.ts). `npm run docs` writes it; a test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transitions } from '../src/dispatcher/core/transitions.js';
import { vocabulary } from '../src/protocol/help.js';

const path = fileURLToPath(new URL('../docs/protocol.md', import.meta.url));

/** The page with all that is made from code made anew. */
export function withWhatCodeSays(page: string): string {
  return between(between(page, 'verbs', vocabulary()), 'states', stateDiagram());
}

/** `leased → waiting: lost, handed-back`, a line for each pair of states, as in transitions.ts. */
export function arrows(): string[] {
  const by = new Map<string, string[]>();
  for (const [entry, { from, to }] of Object.entries(transitions)) {
    for (const state of entry === 'accepted' ? ['(nothing)'] : from) {
      for (const next of to === 'same' ? [state] : to) {
        const arrow = `${state} → ${next}`;
        by.set(arrow, [...(by.get(arrow) ?? []), entry]);
      }
    }
  }
  return [...by].map(([arrow, entries]) => `${arrow}: ${entries.join(', ')}`);
}

function stateDiagram(): string {
  const lines = arrows().map((arrow) => arrow.replace('(nothing)', '[*]').replace('→', '-->'));
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```', ''].join(
    '\n',
  );
}

function between(page: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- ${mark}: begin -->\n`, `<!-- ${mark}: end -->`];
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  return `${head}\n${text}${page.slice(page.indexOf(end))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withWhatCodeSays(readFileSync(path, 'utf8')));
}
