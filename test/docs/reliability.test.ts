import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { laws } from '../simulation/laws.js';

const page = readFileSync('docs/reliability.md', 'utf8');

test('every test that the page on reliability calls upon is there', () => {
  const sources = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(`test/${path}`, 'utf8'));
  const called = [...page.matchAll(/“([^”]{4,})”/g)].map(([, name = '']) => name);
  expect(called.length).toBeGreaterThan(10);
  expect(called.filter((name) => !sources.some((source) => source.includes(name)))).toEqual([]);
});

test('every law that it calls upon binds the simulated worlds', () => {
  const table = page.slice(page.indexOf('## The promises'), page.indexOf('## Who dies'));
  const called = [...table.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)].map(([, law = '']) => law);
  expect(called.length).toBeGreaterThan(5);
  expect(Object.values(laws)).toEqual(expect.arrayContaining(called));
});
