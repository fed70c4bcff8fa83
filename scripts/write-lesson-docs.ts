/**
 * Owns what docs/lessons.md says of each lesson of the lab: what to ask, what is done, what is waited
 * for, what is told. It is made from the lessons themselves; `npm run docs` writes it, a test compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Action } from '../src/lab/scenarios/action.js';
import { lessons } from '../src/lab/scenarios/all.js';
import type { Lesson, Step } from '../src/lab/scenarios/lesson.js';

const path = fileURLToPath(new URL('../docs/lessons.md', import.meta.url));
const [begin, end] = ['<!-- lessons: begin -->\n', '<!-- lessons: end -->'];

/** The page with all lessons made anew. */
export function withLessons(page: string): string {
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  const made = [overview(), ...lessons.map(section)].join('\n');
  return `${head}\n${made}\n${page.slice(page.indexOf(end))}`;
}

function overview(): string {
  const rows = lessons.map(({ name, title, crew, says }) => {
    const wire = crew === 'ours' ? 'ours' : 'the ancestor’s';
    return `| [${title}](#${placeOf(title)}) | \`${name}\` | ${wire} | ${says} |`;
  });
  return ['| lesson | `--scenario` | whose wire | |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** As GitHub calls a heading. */
function placeOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function section({ title, steps }: Lesson): string {
  const rows = steps.map(({ asks, does, awaits, caption }: Step) =>
    [asks ?? '', does.map(doing).join(', '), awaits.expects, caption].map(inWords).join(' | '),
  );
  const table = rows.map((row, index) => `| ${index + 1} | ${row} |`);
  const head = '| | ask first | done then | waited for | told once it has come |';
  return [`## ${title}`, '', head, '|--:|---|---|---|---|', ...table, ''].join('\n');
}

function doing(action: Action): string {
  if (action.do === 'commit') return `commit: ${action.what}`;
  if (action.do === 'line') return `line of ${action.process}: ${action.state}`;
  return `${action.do} ${action.process}`;
}

/** What a step has kept, by its name. */
function inWords(text: string): string {
  return text.replace(/\{(\w+)\}/g, '*$1*');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withLessons(readFileSync(path, 'utf8')));
}
