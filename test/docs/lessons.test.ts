/**
 * Owns the promise that docs/lessons.md says what the lessons do.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withLessons } from '../../scripts/write-lesson-docs.js';

test('docs/lessons.md has the steps that the lessons have (else: npm run docs)', () => {
  const page = readFileSync('docs/lessons.md', 'utf8');
  expect(page).toBe(withLessons(page));
});
