/**
 * Owns what a tree shows of Python: which of the two ways its tests are run in, and what must be
 * installed for them, which goes into an environment of the checkout's own. Reads the tree only.
 */

import { pythonNeeds, requirements } from './python-needs.js';
import { pythonTestsIn } from './python-tests.js';
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
  const starts = pythonTestsIn(tree);
  if (starts === undefined) return null;
  if (starts === null) return shown(tree, 'pytest');
  const discover = (start: string) =>
    start === '.' ? 'unittest discover' : `unittest discover -s ${shellWord(start)}`;
  return shown(tree, ...starts.map(discover));
}

/** One that says nothing of its tests: pytest finds them, whatever they are. */
export function pythonProject(tree: Tree): Shown | null {
  return tree.read('pyproject.toml') === null ? null : shown(tree, 'pytest');
}

function shellWord(text: string): string {
  return /^[\w./][\w./-]*$/.test(text) ? text : `'./${text.replaceAll("'", "'\\''")}'`;
}

/** Only what ran no test says so, in any of its folders. What was skipped as a whole did run. */
const ranNone = (output: string) =>
  /^(?:Ran 0 tests in .*\n\n(?:OK|NO TESTS RAN)$|(?:=+ )?no tests ran in )/m.test(output) &&
  !/^Ran [1-9]\d* tests? in /m.test(output);

/** The machine's own packages count: what is there already needs no network. */
function shown(tree: Tree, ...tests: readonly string[]): Shown {
  const { installed, missing } = pythonNeeds(tree);
  const common = { program: 'python3', ranNone, notInstalled: missing };
  if (installed.length === 0) {
    return { ...common, installs: false, run: runBy('python3', tests) };
  }
  const all = [...installed, ...(tests.includes('pytest') ? ['pytest'] : [])].join(' ');
  const python = '.venv/bin/python';
  const steps = [
    'python3 -m venv --system-site-packages .venv',
    `${python} -m pip install ${all}`,
    runBy(python, tests),
  ];
  return { ...common, installs: true, run: steps.join(' && ') };
}

function runBy(python: string, tests: readonly string[]): string {
  return tests.map((modules) => `${python} -m ${modules}`).join(' && ');
}
