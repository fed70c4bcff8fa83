import { expect, test } from 'vitest';
import { holds } from '../../src/workflow/expression.js';

const variables = { CI_COMMIT_AUTHOR: 'ada', TAG: 'v1.2.3', EMPTY: '', GO: '1.22' };

test.each([
  ['CI_COMMIT_AUTHOR == "ada"', true],
  ["CI_COMMIT_AUTHOR != 'ada'", false],
  ['SKIP != "true"', true],
  ['SKIP == nil and EMPTY == nil', true],
  ['not (CI_COMMIT_AUTHOR == "bob") && true', true],
  ['CI_COMMIT_AUTHOR in ["ada", "bob"]', true],
  ['CI_COMMIT_AUTHOR not in ["ada", "bob"]', false],
  ['TAG startsWith "v1." || TAG endsWith ".9"', true],
  ['TAG contains "2"', true],
  ['TAG not contains "2" or TAG not startsWith "x"', true],
  ['TAG matches "^v([0-9]+)\\\\.[0-9]+"', true],
  ['UNSET matches "x"', false],
  ['"TAG" in $env and not ("EMPTY" in $env)', true],
  ['len(TAG) == 6 and upper(CI_COMMIT_AUTHOR) == "ADA"', true],
  ['float(GO) >= 1.2 ? true : false', true],
  ['(UNSET ?? "x") == "x"', true],
  ['hasPrefix(trimPrefix(TAG, "v"), "1")', true],
])('%s is %j', (source, value) => {
  expect(holds(source, variables)).toBe(value);
});

test.each([
  ['CI_COMMIT_AUTHOR = "ada"', 'has "=" in column 18'],
  ['CI_COMMIT_AUTHOR == ', 'ends where a value is expected'],
  ['(true', 'has its end where ")" is expected'],
  ['"a" "b"', 'has "b" in column 5 where an operator is expected'],
  ['CI_COMMIT_AUTHOR', 'comes to "ada", not to true or false'],
  ['filter(TAG, true)', 'calls "filter"; the functions here are'],
  ['TAG matches "(?=v)"', 'holds "(?", which is not understood'],
  [`${'('.repeat(400)}true`, 'is nested too deep'],
])('%s %s', (source, says) => {
  expect(() => holds(source, variables)).toThrow(says);
});

test('an expression that would hold JavaScript for a century is answered at once', () => {
  const startedMs = performance.now();
  expect(holds('TEXT matches "^(a+)+$"', { TEXT: `${'a'.repeat(2_000)}b` })).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
