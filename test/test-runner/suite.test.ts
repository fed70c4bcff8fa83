import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSuite, type Tree } from '../../src/test-runner/suite.js';
import { treeAt } from '../../src/test-runner/tree.js';
import { temporaryFolder } from '../support/git.js';

const npm = (more: object) => JSON.stringify({ scripts: { test: 'vitest' }, ...more });
const placeholder = 'echo "Error: no test specified" && exit 1';

const all = { has: () => true, network: true };
const none = { has: () => false, network: false };
const installed = (needed: string, tests: string) =>
  'python3 -m venv --system-site-packages .venv && ' +
  `.venv/bin/python -m pip install ${needed} && .venv/bin/python -m ${tests}`;

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
  [
    "pnpm's lock file",
    { 'package.json': npm({}), 'pnpm-lock.yaml': '' },
    'pnpm install --frozen-lockfile && pnpm test',
  ],
  [
    "yarn's first lock file",
    { 'package.json': npm({}), 'yarn.lock': '# yarn lockfile v1\n' },
    'yarn install --frozen-lockfile && yarn test',
  ],
  [
    "yarn's later lock file",
    { 'package.json': npm({}), 'yarn.lock': '__metadata:\n' },
    'yarn install --immutable && yarn test',
  ],
  [
    "bun's lock file",
    { 'package.json': npm({}), 'bun.lock': '{}' },
    'bun install --frozen-lockfile && bun run test',
  ],
  [
    'two lock files, of which package.json names one',
    {
      'package.json': npm({ packageManager: 'pnpm@9.0.0' }),
      'package-lock.json': '{}',
      'pnpm-lock.yaml': '',
    },
    'pnpm install --frozen-lockfile && pnpm test',
  ],
  ["npm's placeholder", { 'package.json': npm({ scripts: { test: placeholder } }) }, null],
  ['a package.json without a script', { 'package.json': '{}', 'go.mod': '' }, 'go test ./...'],
  ['a broken package.json', { 'package.json': '{', 'Cargo.toml': '' }, 'cargo test'],
  ['go.mod', { 'go.mod': '' }, 'go test ./...'],
  ['Cargo.toml', { 'Cargo.toml': '' }, 'cargo test'],
  ['pyproject.toml', { 'pyproject.toml': '' }, 'python3 -m pytest'],
  [
    'a pyproject.toml without a word of pytest, beside a Makefile',
    { 'pyproject.toml': '[project]\nname = "demo"\n', Makefile: 'test:\n\t./t\n' },
    'make test',
  ],
  [
    'a pyproject.toml that sets pytest up, beside a Makefile',
    { 'pyproject.toml': '[tool.pytest.ini_options]\n', Makefile: 'test:\n\t./t\n' },
    'python3 -m pytest',
  ],
  [
    'requirements and a test function',
    { 'requirements.txt': 'requests\n', 'test_it.py': 'def test_it():\n  pass\n' },
    installed('-r requirements.txt pytest', 'pytest'),
  ],
  [
    'requirements and a test case',
    { 'requirements.txt': 'requests\n', 'test_it.py': 'class TestIt(unittest.TestCase):\n' },
    installed('-r requirements.txt', 'unittest discover'),
  ],
  [
    'requirements that name pytest',
    { 'requirements-dev.txt': 'pytest==9\n', 'requirements.txt': 'requests\n' },
    installed('-r requirements-dev.txt -r requirements.txt pytest', 'pytest'),
  ],
  [
    'a Python package that needs others, some for its tests',
    {
      'pyproject.toml':
        '[build-system]\n[project]\ndependencies = ["requests"]\n' +
        '[project.optional-dependencies]\ntest = ["pytest"]\n',
    },
    installed("-e '.[test]' pytest", 'pytest'),
  ],
  ['a test function', { 'tests/test_it.py': 'def test_it():\n' }, 'python3 -m pytest'],
  ['pytest.ini', { 'pytest.ini': '' }, 'python3 -m pytest'],
  ['conftest.py', { 'tests/conftest.py': '' }, 'python3 -m pytest'],
  ['a Makefile with a test target', { Makefile: 'all:\n\ntest: all\n\t./t\n' }, 'make test'],
  ['a Makefile without one', { Makefile: 'test := 1\nattest:\n' }, null],
  [
    'Python unittests, as in the ancestor',
    { 'tests/test_it.py': '' },
    'python3 -m unittest discover -s tests',
  ],
  [
    'unittests in folders that are no packages, which unittest passes over',
    {
      'tests/test_a.py': 'class TestA(TestCase):\n',
      'tests/unit/test_b.py': 'class TestB(TestCase):\n',
      "tests/it's/__init__.py": '',
      "tests/it's/test_c.py": 'class TestC(TestCase):\n',
      'tests/unit/deep down/test_d.py': 'class TestD(TestCase):\n',
      'tests/unit/fixtures/test_e.py': 'class TestE(TestCase):\n',
      'tests/helpers/test_server.py': 'port = 80\n',
    },
    [
      'python3 -m unittest discover -s tests',
      'python3 -m unittest discover -s tests/unit',
      "python3 -m unittest discover -s './tests/unit/deep down'",
    ].join(' && '),
  ],
  [
    'one unittest, deep in its folder',
    { 'tests/unit/test_a.py': 'class TestA(TestCase):\n' },
    'python3 -m unittest discover -s tests/unit',
  ],
  [
    'a test case in a package',
    { 'pkg/__init__.py': '', 'pkg/test_a.py': 'class TestA(TestCase):\n' },
    'python3 -m unittest discover',
  ],
  [
    "pytest's classes, deep in their folder",
    { 'tests/unit/test_a.py': 'class TestA:\n\n    # One.\n    def test_a(self):\n' },
    'python3 -m pytest',
  ],
  [
    "a class that is another test case's other half, and a helper",
    {
      'tests/test_base.py': 'class TestBase:\n    def test_a(self):\n',
      'tests/test_a.py':
        'class TestA(TestBase, TestCase):\n  pass\n' +
        'class TestServer:\n  pass\nclass B(TestCase):\n  def test_b(self):\n',
    },
    'python3 -m unittest discover -s tests',
  ],
  ['nothing', { 'README.md': 'hello' }, null],
];

describe('what the tree shows', () => {
  test.each(rows)('%s', (_, files, says) => {
    const suite = findSuite(treeOf(files), null, all);
    expect(suite.kind === 'command' ? suite.command.says : null).toBe(says);
  });

  test('--command comes before all that the tree shows', () => {
    const suite = findSuite(treeOf({ '.ci/run': '#!', 'go.mod': '' }), 'make check', none);
    expect(suite).toEqual({
      kind: 'command',
      command: { file: 'sh', args: ['-c', 'make check'], says: 'make check' },
    });
  });

  test('A28: without a suite a sentence says what would be one', () => {
    const suite = findSuite(treeOf({}), null, all);
    expect(suite.kind === 'none' && suite.says).toMatch(
      /^No test suite was found: add .*--command/,
    );
  });

  test('a tool that is not on this machine is told of by name, and nothing is tried', () => {
    const files = { 'package.json': npm({}), 'pnpm-lock.yaml': '' };
    const has = (program: string) => program === 'npm';
    const suite = findSuite(treeOf(files), null, { has, network: true });
    expect(suite.kind === 'none' && suite.says).toMatch(
      /pnpm is not on this machine: install it, or start the runner with --command$/,
    );
  });

  test('an install without a network is refused at once, and says what would let it', () => {
    const offline = { has: () => true, network: false };
    for (const files of [
      { 'package.json': npm({}), 'package-lock.json': '{}' },
      { 'requirements.txt': 'requests', 'test_it.py': '' },
    ]) {
      const suite = findSuite(treeOf(files), null, offline);
      expect(suite.kind === 'none' && suite.says).toContain('--sandbox-net');
    }
    const suite = findSuite(treeOf({ 'package.json': npm({}) }), null, offline);
    expect(suite.kind).toBe('command');
  });

  test('a .ci/run that cannot be executed says how to mend it', () => {
    const suite = findSuite(
      { ...treeOf({ '.ci/run': '#!' }), isExecutable: () => false },
      null,
      all,
    );
    expect(suite.kind === 'none' && suite.says).toContain('chmod +x .ci/run');
  });
});

function treeOf(files: Readonly<Record<string, string>>): Tree {
  return {
    read: (path) => files[normalize(path)] ?? null,
    isExecutable: (path) => files[path] !== undefined,
    list: (folder) =>
      Object.keys(files)
        .filter((path) => dirname(path) === folder)
        .map((path) => basename(path)),
    folders: (folder) => {
      const inside = Object.keys(files).map((path) => relative(folder, path).split('/'));
      return [
        ...new Set(inside.flatMap(([name = '', more]) => (more === undefined ? [] : name))),
      ].filter((name) => name !== '..');
    },
  };
}

test('what a commit links to outside of itself, or cannot be read, is not there', () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(outside, 'secret'), '');
  writeFileSync(join(folder, 'real'), 'test: it');
  symlinkSync('real', join(folder, 'Makefile'));
  symlinkSync(join(outside, 'secret'), join(folder, 'go.mod'));
  symlinkSync(outside, join(folder, 'tests'));
  mkdirSync(join(folder, 'sub'));
  symlinkSync('..', join(folder, 'sub', 'circle'));
  symlinkSync('package.json', join(folder, 'package.json'));
  const tree = treeAt(folder);
  expect(tree.read('Makefile')).toBe('test: it');
  expect(tree.read('go.mod')).toBeNull();
  expect(tree.read('package.json')).toBeNull();
  expect(tree.list('tests')).toEqual([]);
  expect(tree.folders('.')).toEqual(['sub']);
  expect(tree.folders('sub')).toEqual([]);
  expect(tree.list('.')).toContain('real');
  expect(tree.isExecutable('package.json')).toBe(false);
});
