import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isErrorLine } from '../../../src/web/logs/error-lines.js';
import { LineIndex } from '../../../src/web/logs/line-index.js';

function indexOf(...lines: string[]): LineIndex {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const index = new LineIndex();
  index.extend(bytes);
  index.finish(bytes.subarray(index.offset));
  return index;
}

describe('a line is an error', () => {
  test.each([
    'src/a.c:3:1: error: expected expression',
    '\x1b[31merror\x1b[39m[E0308]: mismatched types',
    "src/a.ts(3,4): error TS2322: Type 'string' is not assignable",
    'TypeError: x is not a function',
    'AssertionError',
    '    AssertionError [ERR_ASSERTION]: 1 == 2',
    '--- FAIL: TestSum (0.00s)',
    'FAIL  test/sum.test.ts > adds',
    'FAILED tests/test_a.py::test_b - assert 1 == 2',
    '============ FAILURES ============',
    'not ok 3 - adds',
    '  ✗ adds',
    '   \x1b[31m✖\x1b[39m adds',
    "thread 'main' panicked at src/main.rs:2:5:",
    'Traceback (most recent call last):',
    'Segmentation fault (core dumped)',
    'sh: 1: eslint: command not found',
    'fatal: not a git repository',
    '##[error]Process completed with exit code 1.',
    'make[1]: *** [Makefile:3: test] Error 2',
    'npm ERR! code 1',
    ' 50 %\rERROR: could not install',
  ])('%s', (line) => {
    expect(isErrorLine(line.slice(line.lastIndexOf('\r') + 1))).toBe(true);
    expect(indexOf('fine', line).errors).toEqual([2]);
  });

  test.each([
    '0 errors, 2 warnings',
    'no error',
    'Finished with 0 error',
    'errors: 0',
    'error: 0',
    '# FAIL:  0',
    'Failures: 0, FAILED: 0',
    'compiling error.ts',
    'test error_handling ... ok',
    'XFAIL tests/a.py',
    'FAILOVER=yes',
    'not ok 3 - adds # TODO later',
    '✓ says ✗ where it fails',
    '# fail 0',
  ])('but not: %s', (line) => {
    expect(indexOf(line).errors).toEqual([]);
  });

  test('the look at every byte overlooks none', () => {
    const parts = [
      'error',
      'Error',
      ':',
      'FAIL',
      ' ',
      'ED',
      'not ok',
      '✗',
      'panicked at',
      '\x1b[1m',
    ];
    const more = [
      'make: ***',
      ' ',
      'npm ERR!',
      'fatal:',
      'command not found',
      'x',
      '0',
      '[',
      'ERROR',
    ];
    const line = fc.array(fc.constantFrom(...parts, ...more), { maxLength: 8 });
    fc.assert(
      fc.property(line, (words) => {
        const text = words.join('');
        expect(indexOf(text).errors.length).toBe(isErrorLine(text) ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('folds', () => {
  test('GitHub: one after another, collapsed', () => {
    const { folds } = indexOf('::group::One', 'a', '##[group]Two', 'b', '::endgroup::', 'c');
    expect(folds).toEqual([
      { from: 1, to: 2, title: 'One', isOpen: false, isDim: false, isMarked: false },
      { from: 3, to: 5, title: 'Two', isOpen: false, isDim: false, isMarked: true },
    ]);
  });

  test('GitLab: within each other, open unless it says otherwise', () => {
    const { folds } = indexOf(
      '\x1b[0Ksection_start:1:outer\r\x1b[0K\x1b[36mOuter\x1b[0m',
      'section_start:2:inner[collapsed=true]\r\x1b[0KInner',
      'section_end:3:inner\r\x1b[0K',
      'a',
      'section_end:4:outer\r\x1b[0K',
    );
    expect(folds.map(({ from, to, title, isOpen }) => [from, to, title, isOpen])).toEqual([
      [1, 5, 'Outer', true],
      [2, 3, 'Inner', false],
    ]);
  });

  test('Buildkite: each to the next, and one can be opened afterwards', () => {
    const { folds } = indexOf(
      '--- :npm: Install',
      'a',
      '+++ Test',
      '~~~ Tidy',
      'b',
      '^^^ +++',
      'c',
    );
    expect(folds.map(({ from, to, isOpen, isDim }) => [from, to, isOpen, isDim])).toEqual([
      [1, 2, null, false],
      [3, 3, true, false],
      [4, 7, true, true],
    ]);
  });

  test('a patch and the lines of Go are none', () => {
    expect(indexOf('--- a/x.ts', '+++ b/x.ts', '@@', '--- FAIL: TestX (0.00s)').folds).toEqual([]);
  });
});
