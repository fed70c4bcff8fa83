import { expect, test } from 'vitest';
import { matchesGlob } from '../../src/workflow/glob.js';

test.each([
  ['main', 'main', true],
  ['main', 'maintenance', false],
  ['release/*', 'release/1.0', true],
  ['release/*', 'release/1.0/hotfix', false],
  ['release/**', 'release/1.0/hotfix', true],
  ['docs/**', 'docs', true],
  ['docs/**', 'docs/a/b.md', true],
  ['docs/', 'docs/a.md', false],
  ['**/*.md', 'README.md', true],
  ['**/*.md', 'a/b/c.md', true],
  ['**.md', 'a/b.md', false],
  ['*', '.hidden', true],
  ['v?.[0-9]', 'v1.2', true],
  ['v[!0-9]', 'v1', false],
  ['{main,release/*}', 'release/2', true],
  ['{main,release/*}', 'dev', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['Main', 'main', false],
  ['[', '[', false],
  ['refs/tags/**', 'refs/tags/v1/rc1', true],
])('the glob %j on %j: %j', (glob, text, matches) => {
  expect(matchesGlob(glob, text)).toBe(matches);
});

test('a glob full of stars is compared with a long name in no time', () => {
  const startedMs = performance.now();
  expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(1_000))).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
