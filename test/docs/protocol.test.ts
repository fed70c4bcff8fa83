/**
 * Owns the promise that docs/protocol.md and the tables in the code say the same.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { arrows, withWhatCodeSays } from '../../scripts/write-protocol-docs.js';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

test('docs/protocol.md holds verbs and states as they are in the code (else: npm run docs)', () => {
  expect(page).toBe(withWhatCodeSays(page));
});

test('the diagram above the table of transitions is drawn from it', () => {
  const code = readFileSync(
    new URL('../../src/dispatcher/core/transitions.ts', import.meta.url),
    'utf8',
  );
  const drawn = [...code.matchAll(/^ \* {3}(.* → .*)$/gm)].map(([, line]) => line);
  expect(drawn).toEqual(arrows());
});
