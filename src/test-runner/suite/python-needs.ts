/**
 * Owns what a Python tree says that it needs: what pip can install of it, and what it cannot, of
 * which a red verdict tells. Reads the tree only.
 */

import type { Tree } from './suite.js';

export interface Needs {
  /** As pip's arguments. */
  readonly installed: readonly string[];
  /** Where the rest is named. */
  readonly missing: readonly string[];
}

export function pythonNeeds(tree: Tree): Needs {
  const section = sectionsOf(tree.read('pyproject.toml') ?? '');
  const isPackage = section('build-system') !== '' || tree.read('setup.py') !== null;
  const extra = testExtra(tree);
  const isNeedy = extra !== undefined || packageNeeds(tree);
  const own = extra === undefined ? '-e .' : `-e '.[${extra}]'`;
  return {
    installed: [
      ...requirements(tree).map((path) => `-r ${path}`),
      ...(isNeedy && isPackage ? [own] : []),
    ],
    missing: [
      ...(isNeedy && !isPackage ? ['dependencies of a project without [build-system]'] : []),
      ...groups.filter((header) => section(header) !== '').map((header) => `[${header}]`),
      ...otherFiles.filter((path) => tree.read(path) !== null),
      ...(tree.list('requirements').length > 0 ? ['requirements/'] : []),
    ],
  };
}

/** Of pyproject.toml. Beginnings of their names. */
const groups = [
  'dependency-groups',
  'tool.poetry.group',
  'tool.poetry.dev-dependencies',
  'tool.pdm.dev-dependencies',
  'tool.hatch.envs',
];

const otherFiles = [
  'Pipfile',
  'environment.yml',
  'environment.yaml',
  'test/requirements.txt',
  'tests/requirements.txt',
];

export function requirements(tree: Tree): string[] {
  const named = /^(?:(?:dev|tests?)[-_])?requirements(?:[-_](?:dev|tests?))?\.txt$/;
  return tree
    .list('.')
    .filter((name) => named.test(name))
    .sort();
}

function packageNeeds(tree: Tree): boolean {
  const section = sectionsOf(tree.read('pyproject.toml') ?? '');
  return (
    /^dependencies\s*=\s*\[(?:\s|#.*\n)*["']|^dynamic\s*=\s*\[[^\][]*["']dependencies["']/m.test(
      section('project'),
    ) ||
    // The version of Python itself is no package.
    /^(?!python\s*=)["'\w][^=\n]*=/m.test(section('tool.poetry.dependencies')) ||
    /\binstall_requires\s*=(?!\s*\[\s*\])/.test(tree.read('setup.py') ?? '') ||
    /^install_requires\s*=[ \t\r]*(?:\S|\n[ \t]+\S)/m.test(tree.read('setup.cfg') ?? '')
  );
}

/** What the package calls the needs of its tests. */
function testExtra(tree: Tree): string | undefined {
  const name = /^(tests?|testing|dev)\s*=/m;
  const pyproject = sectionsOf(tree.read('pyproject.toml') ?? '')('project.optional-dependencies');
  const setup = sectionsOf(tree.read('setup.cfg') ?? '')('options.extras_require');
  const [, ...script] = (tree.read('setup.py') ?? '').split('extras_require');
  return (name.exec(pyproject) ??
    name.exec(setup) ??
    /["'](tests?|testing|dev)["']\s*:/.exec(script.join()))?.[1];
}

/** Its lines, or those of the first whose name begins so; empty where there is none. */
function sectionsOf(text: string): (name: string) => string {
  const sections = text.split(/^(?=\[)/m);
  return (name) =>
    sections.find((lines) => lines.startsWith(`[${name}]`)) ??
    sections.find((lines) => lines.startsWith(`[${name}.`)) ??
    '';
}
