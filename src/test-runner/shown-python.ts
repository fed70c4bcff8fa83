/**
 * Owns what a tree shows of Python: which of the two ways its tests are run in, and what must be
 * installed for them, which goes into an environment of the checkout's own. Reads the tree only.
 */

import type { Shown } from './shown.js';
import type { Tree } from './suite.js';

/** A project that says itself that its tests are pytest's. */
export function pythonTests(tree: Tree): Shown | null {
  const says =
    ['pytest.ini', 'conftest.py', 'tests/conftest.py'].some((path) => tree.read(path) !== null) ||
    /\bpytest\b/.test(tree.read('pyproject.toml') ?? '') ||
    /^\[tool:pytest\]/m.test(tree.read('setup.cfg') ?? '') ||
    /^\[pytest\]/m.test(tree.read('tox.ini') ?? '') ||
    requirements(tree).some((path) => /^pytest\b/m.test(tree.read(path) ?? ''));
  return says ? shown(tree, 'pytest') : null;
}

/** Tests without such a word: unittest's, which Python itself brings, unless they cannot be. */
export function pythonUnittests(tree: Tree): Shown | null {
  for (const folder of ['tests', 'test', '.']) {
    const names = tree.list(folder);
    const tests = names.filter((name) => /^test.*\.py$|_test\.py$/.test(name));
    if (tests.length === 0) continue;
    const arePytests = tests.some((name) => isPytest(name, tree.read(`${folder}/${name}`) ?? ''));
    if (arePytests) return shown(tree, 'pytest');
    return shown(tree, folder === '.' ? 'unittest discover' : `unittest discover -s ${folder}`);
  }
  return null;
}

/** A test function that stands alone, or a name that unittest does not look for. */
function isPytest(name: string, text: string): boolean {
  return !name.startsWith('test') || /^(?:async )?def test|^(?:import|from) pytest\b/m.test(text);
}

/** The machine's own packages count: what is there already needs no network. */
function shown(tree: Tree, tests: string): Shown {
  const needed = [...requirements(tree).map((path) => `-r ${path}`), ...ownPackage(tree)];
  if (needed.length === 0) {
    return { program: 'python3', installs: false, run: `python3 -m ${tests}` };
  }
  const all = [...needed, ...(tests === 'pytest' ? ['pytest'] : [])].join(' ');
  const python = '.venv/bin/python';
  const steps = [
    'python3 -m venv --system-site-packages .venv',
    `${python} -m pip install ${all}`,
    `${python} -m ${tests}`,
  ];
  return { program: 'python3', installs: true, run: steps.join(' && ') };
}

function requirements(tree: Tree): string[] {
  const named = /^(?:(?:dev|tests?)[-_])?requirements(?:[-_](?:dev|tests?))?\.txt$/;
  return tree
    .list('.')
    .filter((name) => named.test(name))
    .sort();
}

/** The project itself, where it is a package that needs others, with what its tests need. */
function ownPackage(tree: Tree): string[] {
  const sections = (tree.read('pyproject.toml') ?? '').split(/^(?=\[)/m);
  const section = (name: string) => sections.find((text) => text.startsWith(`[${name}]`)) ?? '';
  const extras = section('project.optional-dependencies');
  const [, extra] = /^(tests?|testing|dev)\s*=/m.exec(extras) ?? [];
  const isNeedy = /^dependencies\s*=\s*\[\s*["']/m.test(section('project'));
  if (section('build-system') === '' || (!isNeedy && extra === undefined)) return [];
  return [extra === undefined ? '-e .' : `-e '.[${extra}]'`];
}
