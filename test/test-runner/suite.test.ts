import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSuite, type Tree } from '../../src/test-runner/suite.js';
import { treeAt } from '../../src/test-runner/tree.js';
import { temporaryFolder } from '../support/git.js';

const npm = (more: object) => JSON.stringify({ scripts: { test: 'vitest' }, ...more });
const placeholder = 'echo "Error: no test specified" && exit 1';

const rows: [string, Record<string, string>, string | null][] = [
  ['an executable .ci/run', { '.ci/run': '#!', 'go.mod': '' }, '.ci/run'],
  ['a test script', { 'package.json': npm({}) }, 'npm test'],
  [
    'a test script and a lock file',
    { 'package.json': npm({}), 'package-lock.json': '{}' },
    'npm ci && npm test',
  ],
  [
    'a test script and dependencies without a lock file',
    { 'package.json': npm({ devDependencies: { vitest: '*' } }) },
    'npm install && npm test',
  ],
  ["npm's placeholder", { 'package.json': npm({ scripts: { test: placeholder } }) }, null],
  ['a package.json without a script', { 'package.json': '{}', 'go.mod': '' }, 'go test ./...'],
  ['a broken package.json', { 'package.json': '{', 'Cargo.toml': '' }, 'cargo test'],
  ['go.mod', { 'go.mod': '' }, 'go test ./...'],
  ['Cargo.toml', { 'Cargo.toml': '' }, 'cargo test'],
  ['pyproject.toml', { 'pyproject.toml': '' }, 'python3 -m pytest'],
  ['pytest.ini', { 'pytest.ini': '' }, 'python3 -m pytest'],
  ['conftest.py', { 'tests/conftest.py': '' }, 'python3 -m pytest'],
  ['a Makefile with a test target', { Makefile: 'all:\n\ntest: all\n\t./t\n' }, 'make test'],
  ['a Makefile without one', { Makefile: 'test := 1\nattest:\n' }, null],
  [
    'Python unittests, as in the ancestor',
    { 'tests/test_it.py': '' },
    'python3 -m unittest discover -s tests',
  ],
  ['nothing', { 'README.md': 'hello' }, null],
];

describe('what the tree shows', () => {
  test.each(rows)('%s', (_, files, says) => {
    const suite = findSuite(treeOf(files), null);
    expect(suite.kind === 'command' ? suite.command.says : null).toBe(says);
  });

  test('--command comes before all that the tree shows', () => {
    const suite = findSuite(treeOf({ '.ci/run': '#!', 'go.mod': '' }), 'make check');
    expect(suite).toEqual({
      kind: 'command',
      command: { file: 'sh', args: ['-c', 'make check'], says: 'make check' },
    });
  });

  test('A28: without a suite a sentence says what would be one', () => {
    const suite = findSuite(treeOf({}), null);
    expect(suite.kind === 'none' && suite.says).toMatch(
      /^No test suite was found: add .*--command/,
    );
  });

  test('a .ci/run that cannot be executed says how to mend it', () => {
    const suite = findSuite({ ...treeOf({ '.ci/run': '#!' }), isExecutable: () => false }, null);
    expect(suite.kind === 'none' && suite.says).toContain('chmod +x .ci/run');
  });
});

function treeOf(files: Readonly<Record<string, string>>): Tree {
  return {
    read: (path) => files[path] ?? null,
    isExecutable: (path) => files[path] !== undefined,
    list: (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
  };
}

test('what a commit links to outside of itself, or cannot be read, is not there', () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(outside, 'secret'), '');
  writeFileSync(join(folder, 'real'), 'test: it');
  symlinkSync('real', join(folder, 'Makefile'));
  symlinkSync(join(outside, 'secret'), join(folder, 'go.mod'));
  symlinkSync(outside, join(folder, 'tests'));
  symlinkSync('package.json', join(folder, 'package.json'));
  const tree = treeAt(folder);
  expect(tree.read('Makefile')).toBe('test: it');
  expect(tree.read('go.mod')).toBeNull();
  expect(tree.read('package.json')).toBeNull();
  expect(tree.list('tests')).toEqual([]);
  expect(tree.isExecutable('package.json')).toBe(false);
});
