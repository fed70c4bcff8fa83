/**
 * Owns what is read out of the free text of a failure: what it says in short, and the place in the
 * commit's own code that it speaks of. Text comes from tests, so every look at it takes time that grows
 * with its length, and no faster.
 */

import { testMessageMax } from '../../protocol/tests.js';
import type { Place } from './test-case.js';

/** So much of a line is looked at. */
const lineMax = 500;

/** Lines of a message that are told, as one. */
const linesMax = 3;

/** What tools say where they have nothing to say. */
const empty = /^(failed|failure|error|null|test failure|test failure with exit code -?\d+)?$/i;

/** Lines of `go test` around what a test printed. */
const frame = /^(=== (RUN|PAUSE|CONT|NAME)|--- (FAIL|PASS|SKIP): )/;

/** The first lines that say something, of the message or else of the text. */
export function messageOf(message: string, text: string): string {
  const told = empty.test(message.trim()) ? text : message;
  const lines = linesOf(told).filter((line) => line !== '' && !frame.test(line));
  return lines.slice(0, linesMax).join(' ').slice(0, testMessageMax);
}

/** Where code of others lies, of the languages whose stacks name files. */
const foreign = [
  'node_modules/',
  'site-packages/',
  'dist-packages/',
  '/rustc/',
  '.cargo/registry/',
  '/pkg/mod/',
];

/**
 * The first place that the text names, code of others left out. `owner`: the class that the test is of,
 * as Java's stacks name it: they go through a dozen classes of others.
 */
export function placeIn(text: string, roots: readonly string[], owner = ''): Place | null {
  for (const line of linesOf(text)) {
    const place = placeInLine(line, owner);
    if (place === null || foreign.some((part) => place.file.includes(part))) continue;
    const file = withinRoots(place.file, roots);
    if (file !== null) return { ...place, file };
  }
  return null;
}

/** Relative to the first of the roots that it lies in; null: it lies elsewhere. */
export function withinRoots(path: string, roots: readonly string[]): string | null {
  const plain = path.replace(/^file:\/\//, '');
  for (const root of roots) {
    if (plain.startsWith(`${root}/`)) return plain.slice(root.length + 1);
  }
  return plain.startsWith('/') ? null : plain.replace(/^\.\//, '');
}

/** `sum.go:12`, `/w/sum.test.js:12:5`, `file:///w/sum.js:12` */
const location = /^((?:file:\/\/)?[^:]+\.[A-Za-z]{1,6}):(\d{1,7})(?!\d)/;

/** Python's: `File "tests/test_sum.py", line 12` */
const pythons = /File "([^"]+)", line (\d{1,7})/;

const ofJvm = /\.(java|kt|scala|groovy)$/;

function placeInLine(line: string, owner: string): Place | null {
  const found = pythons.exec(line) ?? firstMatch(line.split(/[\s()[\]"'`<>,]+/));
  const [, file = '', number = ''] = found ?? [];
  if (found === null || Number(number) === 0) return null;
  if (ofJvm.test(file) && owner !== '' && !line.includes(`${owner}.`)) return null;
  return { file, line: Number(number) };
}

function firstMatch(words: readonly string[]): RegExpExecArray | null {
  for (const word of words) {
    const match = location.exec(word);
    if (match !== null) return match;
  }
  return null;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.slice(0, lineMax).trim());
}
