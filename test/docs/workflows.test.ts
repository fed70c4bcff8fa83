/**
 * Owns the promise that docs/workflows.md and the schema for editors say what the code does.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonSchema, withTables } from '../../scripts/write-workflow-docs.js';
import { drawn } from '../../src/command/drawing.js';
import { findingsOf, planOf, push } from '../support/plans.js';

const page = readFileSync('docs/workflows.md', 'utf8');
const blocks = [...page.matchAll(/^```(yaml)?\n([^`]*)^```$/gm)].map(([, , block = '']) => block);
const block = (part: string) => blocks.find((each) => each.includes(part)) ?? '';

test('docs/workflows.md has the tables that the schema has (else: npm run docs)', () => {
  expect(page).toBe(withTables(page));
});

test('schema/trivet.schema.json is made from the schema (else: npm run docs)', () => {
  expect(readFileSync('schema/trivet.schema.json', 'utf8')).toBe(jsonSchema());
});

test('the first workflow of the page has no finding, and is drawn as the page has it', () => {
  const plan = planOf(block('report_token'), push, '.trivet.yml');
  expect(plan.findings).toEqual([]);
  expect(drawn(plan, push)).toBe(block('push on main: 1 job'));
});

test('the error that the page shows is what is said', () => {
  const [, says = ''] = /4:14: (error: .*)/.exec(block('"ignor"')) ?? [];
  const text = 'steps:\n  build:\n    commands: make\n    failure: ignor\n';
  expect(findingsOf(text)).toEqual([`4:14 ${says}`]);
});
