/**
 * Owns the promise that a trace of one of our programs, which is built as one file, names our sources.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { traceInSources } from '../../src/world/trace-in-sources.js';

const root = join(import.meta.dirname, '../..');
const built = join(root, 'dist/observer/main.js');

/** Where in it `text` is. */
function placeOf(text: string): string {
  const before = readFileSync(built, 'utf8').split(text)[0] ?? '';
  const lines = before.split('\n');
  return `${pathToFileURL(built)}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

test('a place in what was built is told as the place in our sources', () => {
  const trace = `Error: no\n    at run (${placeOf('function openClone')})\n    at node:net:1:2`;
  const told = traceInSources(trace);
  const [, file = '', line] = /at run \((.+):(\d+):\d+\)/.exec(told) ?? [];
  expect(file).toBe(join(root, 'src/world/clone.ts'));
  expect(readFileSync(file, 'utf8').split('\n')[Number(line) - 1]).toContain('function openClone');
  expect(told).toContain('at node:net:1:2');
});

test('a file without a map is told as it is', () => {
  const trace = `at it (${pathToFileURL(join(root, 'dispatcher.js'))}:3:1)`;
  expect(existsSync(join(root, 'dispatcher.js.map'))).toBe(false);
  expect(traceInSources(trace)).toBe(trace);
});
