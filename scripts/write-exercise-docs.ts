/**
 * Owns the tables of docs/exercises/README.md: the prose is kept in the file itself, between marks stand
 * the stages as `trivet check` has them. `npm run docs` writes it; a test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ladders } from '../src/command/check/ladders.js';
import { type Role, roles } from '../src/command/check/stage.js';

const path = fileURLToPath(new URL('../docs/exercises/README.md', import.meta.url));
const [begin, end] = ['<!-- ladders: begin -->\n', '<!-- ladders: end -->'];

/** The page with its tables made anew. */
export function withLadders(page: string): string {
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  return `${head}\n${roles.map(tableOf).join('\n')}${page.slice(page.indexOf(end))}`;
}

function tableOf(role: Role): string {
  const stages = ladders[role];
  const minutes = stages.reduce((sum, stage) => sum + stage.minutes, 0);
  const rows = stages.map((stage, index) => {
    const link = `[${stage.name}](${role}.md#${index + 1}-${stage.name})`;
    return `| ${index + 1} | ${link} | ${stage.does} | ${stage.teaches[0]} | ${stage.minutes} |`;
  });
  return [
    `### ${role}: ${stages.length} stages, ${Math.round(minutes / 60)} hours`,
    '',
    '| | stage | your program | what there is to learn | min |',
    '| -: | - | - | - | -: |',
    ...rows,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withLadders(readFileSync(path, 'utf8')));
}
