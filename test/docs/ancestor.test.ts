/**
 * Owns the promise that the ancestor's faults are listed, cited by their numbers, and tested.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const top = new URL('../../', import.meta.url);
const faults = [
  ...readFileSync(new URL('docs/ancestor.md', top), 'utf8').matchAll(/^- (A\d+)\./gm),
];
const listed = faults.map(([, number]) => number);

/** Every number that the files of a folder cite. */
function citedIn(folder: string): Set<string> {
  const names = readdirSync(fileURLToPath(new URL(folder, top)), { recursive: true });
  const texts = names
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, top), 'utf8'));
  return new Set(texts.flatMap((text) => text.match(/\bA[1-9]\d?\b/g) ?? []));
}

test('the faults are numbered from one to fifty-one, each once', () => {
  expect(listed).toEqual(Array.from({ length: 51 }, (_, index) => `A${index + 1}`));
});

test('every number that a comment or a test cites is a fault in docs/ancestor.md', () => {
  for (const number of [...citedIn('src'), ...citedIn('test')]) expect(listed).toContain(number);
});

test('every fault of the ancestor has a test that cites it', () => {
  const cited = citedIn('test');
  expect(listed.filter((number) => !cited.has(number ?? ''))).toEqual([]);
});
