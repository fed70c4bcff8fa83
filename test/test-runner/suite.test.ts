import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSuite } from '../../src/test-runner/suite/suite.js';
import { treeAt } from '../../src/test-runner/suite/tree.js';
import { temporaryFolder } from '../support/git.js';
import { treeOf } from '../support/trees.js';

const npm = (more: object) => JSON.stringify({ scripts: { test: 'vitest' }, ...more });
const placeholder = 'echo "Error: no test specified" && exit 1';

const all = { has: () => true, network: true };
const none = { has: () => false, network: false };

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
  [
    'a tool that package.json names, without a lock file',
    { 'package.json': npm({ packageManager: 'pnpm@9.0.0', devDependencies: { vitest: '*' } }) },
    'pnpm install --no-frozen-lockfile && pnpm test',
  ],
  [
    'a later yarn that package.json names, without a lock file',
    { 'package.json': npm({ packageManager: 'yarn@4.0.0', devDependencies: { vitest: '*' } }) },
    'yarn install --no-immutable && yarn test',
  ],
  [
    'a named tool of which only another has a lock file',
    { 'package.json': npm({ packageManager: 'pnpm@9.0.0' }), 'package-lock.json': '{}' },
    'npm ci && npm test',
  ],
  ...['optionalDependencies', 'peerDependencies', 'workspaces'].map(
    (needed): [string, Record<string, string>, string] => [
      `a package.json with nothing but ${needed}`,
      { 'package.json': npm({ [needed]: { a: '*' } }) },
      'npm install && npm test',
    ],
  ),
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
  ['a Makefile with a test target', { Makefile: 'all:\n\ntest: all\n\t./t\n' }, 'make test'],
  ['one target of several on a line', { Makefile: 'lint test check:\n\t./t\n' }, 'make test'],
  [
    'a test target in a file that the Makefile includes',
    {
      Makefile: 'all:\ninclude config.mk \\\n  mk/*.mk\n',
      'mk/lint.mk': 'lint:\n',
      'mk/all.mk': '-include test.mk\n',
      'test.mk': 'include Makefile\ntest:\n',
    },
    'make test',
  ],
  [
    'a Makefile without one',
    {
      Makefile: 'test := 1\ntest ::= 2\nattest:\nall: test\n\tinclude test.mk\n',
      'test.mk': 'test:',
    },
    null,
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

test('what a commit links to outside of itself, or cannot be read, is not there; nor is a byte order mark', () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(outside, 'secret'), '');
  writeFileSync(join(folder, 'real'), '\uFEFFtest: it');
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
