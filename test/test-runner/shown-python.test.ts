/**
 * What a tree shows of Python: which of the two ways its tests are run in, where they lie, and what is
 * installed for them.
 */

import { describe, expect, test } from 'vitest';
import { findSuite } from '../../src/test-runner/suite/suite.js';
import { treeOf } from '../support/trees.js';

const all = { has: () => true, network: true };
const installed = (needed: string, tests: string) =>
  'python3 -m venv --system-site-packages .venv && ' +
  `.venv/bin/python -m pip install ${needed} && .venv/bin/python -m ${tests}`;

const rows: [string, Record<string, string>, string | null][] = [
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
  ...[
    [
      'dependencies below a comment',
      '[build-system]\n[project]\ndependencies = [\n  # For HTTP.\n  "requests",\n]\n',
    ],
    ['dynamic dependencies', '[build-system]\n[project]\ndynamic = ["dependencies"]\n'],
    [
      "poetry's dependencies",
      '[build-system]\n[tool.poetry.dependencies]\npython = "^3.9"\npython-dateutil = "*"\n',
    ],
  ].map(([name = '', text = '']): [string, Record<string, string>, string] => [
    `a Python package with ${name}`,
    { 'pyproject.toml': text },
    installed('-e . pytest', 'pytest'),
  ]),
  [
    'a poetry package that needs nothing but Python, and a test function',
    { 'pyproject.toml': '[build-system]\n[tool.poetry.dependencies]\npython = "^3.9"\n' },
    'python3 -m pytest',
  ],
  [
    'a setup.py that needs others, and unittests',
    { 'setup.py': 'setup(install_requires=["requests"])', 'tests/test_a.py': '' },
    installed('-e .', 'unittest discover -s tests'),
  ],
  [
    'a setup.py that needs nothing, and unittests',
    { 'setup.py': 'setup(install_requires = [ ])', 'tests/test_a.py': '' },
    'python3 -m unittest discover -s tests',
  ],
  [
    'a setup.cfg that needs others, some for its tests',
    {
      'setup.py': 'setup()',
      'setup.cfg':
        '[options]\ninstall_requires =\n  requests\n[options.extras_require]\ntest = a\n',
      'tests/test_a.py': '',
    },
    installed("-e '.[test]'", 'unittest discover -s tests'),
  ],
  ['a test function', { 'tests/test_it.py': 'def test_it():\n' }, 'python3 -m pytest'],
  ['pytest.ini', { 'pytest.ini': '' }, 'python3 -m pytest'],
  ['conftest.py', { 'tests/conftest.py': '' }, 'python3 -m pytest'],
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
];

describe('what the tree shows of Python', () => {
  test.each(rows)('%s', (_, files, says) => {
    const suite = findSuite(treeOf(files), null, all);
    expect(suite.kind === 'command' ? suite.command.says : null).toBe(says);
  });

  test.each([
    ['pyproject.toml', '[project]\ndependencies = [', '# '],
    ['pyproject.toml', '[project]\n', 'dynamic = [\n'],
    ['setup.py', '', 'extras_require '],
    ['setup.cfg', '[options]\ninstall_requires =', ' \n'],
    ['test_a.py', 'class TestA', ' '],
    ['test_a.py', '', 'class TestA(\n'],
    ['test_a.py', 'class TestA:\n', '    \t\n'],
  ])('nothing in %s takes long to read: %j, then many of %j', (file, start, more) => {
    const startedAtMs = performance.now();
    findSuite(treeOf({ 'test_b.py': '', [file]: start + more.repeat(200_000) }), null, all);
    // Many times what it takes; what grows with the square of the file would take minutes.
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  test.each([
    ['pyproject.toml', '[dependency-groups]\ndev = ["pytest"]\n', '[dependency-groups]'],
    [
      'pyproject.toml',
      '[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
      '[tool.poetry.group]',
    ],
    [
      'pyproject.toml',
      '[project]\ndependencies = ["requests"]\n',
      'dependencies of a project without [build-system]',
    ],
    ['Pipfile', '', 'Pipfile'],
    ['requirements/dev.txt', '', 'requirements/'],
  ])('what %s names and is not installed is known: %j', (file, text, named) => {
    const files = { 'test_a.py': '', [file]: text };
    const suite = findSuite(treeOf(files), null, all);
    expect(suite.kind === 'command' && suite.command.guess?.notInstalled).toEqual([named]);
  });
});
