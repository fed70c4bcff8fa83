/**
 * Owns the promise that docs/protocol.md and the verb tables say the same.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withVocabulary } from '../../scripts/write-protocol-docs.js';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

test('docs/protocol.md holds the verb tables as they are in the code (else: npm run docs)', () => {
  expect(page).toBe(withVocabulary(page));
});
