/**
 * Owns the promise that docs/scenarios.md says what the scenarios do.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withScenarios } from '../../scripts/write-scenario-docs.js';

test('docs/scenarios.md has the steps that the scenarios have (else: npm run docs)', () => {
  const page = readFileSync('docs/scenarios.md', 'utf8');
  expect(page).toBe(withScenarios(page));
});
