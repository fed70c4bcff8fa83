/**
 * Owns what a tree shows of its suite where nobody has said what it is: for each kind of project the
 * command that whoever clones it would type, and the program that this takes. What must be
 * installed goes into the checkout, so that it is gone with the run. Reads the tree, runs nothing.
 */

import { pythonProject, pythonTests, pythonUnittests } from './shown-python.js';
import type { RanNone, Tree } from './suite.js';

/** A suite that the tree shows. */
export interface Shown {
  readonly run: string;
  readonly program: string;
  /** Whether it first fetches packages. */
  readonly installs: boolean;
  /** Whether its output says that no test ran, where that is green to the tool. */
  readonly ranNone?: RanNone;
}

/** Null where this kind of project is not there. */
export type Look = (tree: Tree) => Shown | null;

/** In this order; the first that shows something counts. */
export const looks: readonly Look[] = [
  packageScript,
  where(has('go.mod'), { program: 'go', run: 'go test ./...', ranNone: goRanNone }),
  where(has('Cargo.toml'), { program: 'cargo', run: 'cargo test', ranNone: cargoRanNone }),
  pythonTests,
  where(hasMakeTest, { program: 'make', run: 'make test' }),
  pythonUnittests,
  pythonProject,
];

interface PackageManager {
  readonly program: string;
  readonly locks: readonly string[];
  readonly install: (tree: Tree) => string;
  readonly test: string;
}

const npm: PackageManager = {
  program: 'npm',
  locks: ['package-lock.json', 'npm-shrinkwrap.json'],
  install: () => 'npm ci',
  test: 'npm test',
};

const packageManagers: readonly PackageManager[] = [
  npm,
  {
    program: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    install: () => 'pnpm install --frozen-lockfile',
    test: 'pnpm test',
  },
  {
    program: 'yarn',
    locks: ['yarn.lock'],
    // Its later versions have another word for it.
    install: (tree) =>
      /^# yarn lockfile v1$/m.test(tree.read('yarn.lock') ?? '')
        ? 'yarn install --frozen-lockfile'
        : 'yarn install --immutable',
    test: 'yarn test',
  },
  {
    program: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    install: () => 'bun install --frozen-lockfile',
    test: 'bun run test',
  },
];

function packageScript(tree: Tree): Shown | null {
  const { scripts, packageManager = '', ...needed } = packageJson(tree) ?? {};
  const script = scripts?.['test'];
  // What `npm init` writes is a reminder, not a suite.
  if (typeof script !== 'string' || script === '' || script.includes('no test specified')) {
    return null;
  }
  const locked = packageManagers.filter(({ locks }) => locks.some((lock) => has(lock)(tree)));
  const named = String(packageManager).split('@')[0];
  const manager = locked.find(({ program }) => program === named) ?? locked[0];
  if (manager !== undefined) {
    const { program, install, test } = manager;
    return { program, installs: true, run: `${install(tree)} && ${test}` };
  }
  const installs = Object.keys({ ...needed.dependencies, ...needed.devDependencies }).length > 0;
  return { program: 'npm', installs, run: installs ? 'npm install && npm test' : 'npm test' };
}

interface PackageJson {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly packageManager?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

function packageJson(tree: Tree): PackageJson | null {
  try {
    const parsed: unknown = JSON.parse(tree.read('package.json') ?? 'null');
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    // A broken package.json shows no suite; the next row may.
    return null;
  }
}

function where(isThere: (tree: Tree) => boolean, shown: Omit<Shown, 'installs'>): Look {
  return (tree) => (isThere(tree) ? { ...shown, installs: false } : null);
}

function goRanNone(output: string): boolean {
  const isEmpty = /\[no test(?: file)?s(?: to run)?\]$|^no packages to test$/m.test(output);
  return isEmpty && !/^ok\s(?!.*\[no tests to run\]$)/m.test(output);
}

function cargoRanNone(output: string): boolean {
  return /^running 0 tests$/m.test(output) && !/^running [1-9]/m.test(output);
}

function has(path: string): (tree: Tree) => boolean {
  return (tree) => tree.read(path) !== null;
}

function hasMakeTest(tree: Tree): boolean {
  return ['GNUmakefile', 'makefile', 'Makefile'].some((path) =>
    /^test\s*:(?!=)/m.test(tree.read(path) ?? ''),
  );
}
