/**
 * Owns what docs/scenarios.md says of each scenario of the lab: what to ask, what is done, what is waited
 * for, what is told. It is made from the scenarios themselves; `npm run docs` writes it, a test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../src/lab/scenarios/all.js';
import type { Scenario, Step } from '../src/lab/scenarios/scenario.js';
import type { StepAction } from '../src/lab/scenarios/step-action.js';

const path = fileURLToPath(new URL('../docs/scenarios.md', import.meta.url));
const [begin, end] = ['<!-- scenarios: begin -->\n', '<!-- scenarios: end -->'];

/** The page with all scenarios made anew. */
export function withScenarios(page: string): string {
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  const made = [overview(), ...scenarios.map(section)].join('\n');
  return `${head}\n${made}\n${page.slice(page.indexOf(end))}`;
}

function overview(): string {
  const rows = scenarios.map(({ name, title, programs, says }) => {
    const wire = programs === 'ours' ? 'ours' : 'the ancestor’s';
    return `| [${title}](#${placeOf(title)}) | \`${name}\` | ${wire} | ${says} |`;
  });
  return ['| scenario | `--scenario` | whose wire | |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

/** As GitHub calls a heading. */
function placeOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function section({ title, steps }: Scenario): string {
  const rows = steps.map(({ asks, does, awaits, caption }: Step) =>
    [asks ?? '', does.map(doing).join(', '), awaits.expects, caption].map(inWords).join(' | '),
  );
  const table = rows.map((row, index) => `| ${index + 1} | ${row} |`);
  const head = '| | ask first | done then | waited for | told once it has come |';
  return [`## ${title}`, '', head, '|--:|---|---|---|---|', ...table, ''].join('\n');
}

function doing(action: StepAction): string {
  if (action.do === 'commit') return `commit: ${action.what}`;
  if (action.do === 'line') return `line of ${action.process}: ${action.state}`;
  return `${action.do} ${action.process}`;
}

/** What a step has kept, by its name. */
function inWords(text: string): string {
  return text.replace(/\{(\w+)\}/g, '*$1*');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withScenarios(readFileSync(path, 'utf8')));
}
