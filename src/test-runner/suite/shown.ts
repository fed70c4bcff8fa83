/**
 * Owns what a tree shows of its suite where nobody has said what it is: for each kind of project the
 * command that whoever clones it would type, and the program that this takes. What must be
 * installed goes into the checkout, so that it is gone with the run. Reads the tree, runs nothing.
 */

import { hasMakeTest } from './shown-make.js';
import { pythonProject, pythonTests, pythonUnittests } from './shown-python.js';
import type { Guess, Tree } from './suite.js';

/** A suite that the tree shows. */
export interface Shown extends Guess {
  readonly run: string;
  readonly program: string;
  /** Whether it first fetches packages. */
  readonly installs: boolean;
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
  /** As the lock file says, or without one. */
  readonly install: (tree: Tree, isLocked: boolean) => string;
  readonly test: string;
}

const npm: PackageManager = {
  program: 'npm',
  locks: ['package-lock.json', 'npm-shrinkwrap.json'],
  install: (_, isLocked) => (isLocked ? 'npm ci' : 'npm install'),
  test: 'npm test',
};

const packageManagers: readonly PackageManager[] = [
  npm,
  {
    program: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    install: (_, isLocked) => `pnpm install --${isLocked ? '' : 'no-'}frozen-lockfile`,
    test: 'pnpm test',
  },
  {
    program: 'yarn',
    locks: ['yarn.lock'],
    install: yarnInstall,
    test: 'yarn test',
  },
  {
    program: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    install: (_, isLocked) => `bun install${isLocked ? ' --frozen-lockfile' : ''}`,
    test: 'bun run test',
  },
];

/** Its later versions have another word for it, and with `CI` set write no lock file by themselves. */
function yarnInstall(tree: Tree, isLocked: boolean): string {
  if (!isLocked) {
    const isFirst = /^yarn@1\b/.test(String(packageJson(tree)?.packageManager));
    return isFirst ? 'yarn install' : 'yarn install --no-immutable';
  }
  const isFirst = /^# yarn lockfile v1$/m.test(tree.read('yarn.lock') ?? '');
  return `yarn install ${isFirst ? '--frozen-lockfile' : '--immutable'}`;
}

function packageScript(tree: Tree): Shown | null {
  const { scripts, packageManager = '', ...needed } = packageJson(tree) ?? {};
  const script = scripts?.['test'];
  // What `npm init` writes is a reminder, not a suite.
  if (typeof script !== 'string' || script === '' || script.includes('no test specified')) {
    return null;
  }
  const isNamed = ({ program }: PackageManager) => program === String(packageManager).split('@')[0];
  const locked = packageManagers.filter(({ locks }) => locks.some((lock) => has(lock)(tree)));
  const isLocked = locked.length > 0;
  const { program, install, test } =
    locked.find(isNamed) ?? locked[0] ?? packageManagers.find(isNamed) ?? npm;
  const installs = isLocked || Object.keys(Object.assign({}, ...needs(needed))).length > 0;
  if (!installs) return { program, installs, run: test };
  const first = install(tree, isLocked);
  // The lock file says all that npm installs; others keep what they install by themselves.
  const parts = program === npm.program && isLocked ? { install: { run: first, test } } : {};
  return { program, installs, run: `${first} && ${test}`, ...parts };
}

/** All that an install brings, and not only what one names oneself. */
function needs(json: PackageJson): (object | undefined)[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies, workspaces } =
    json;
  return [dependencies, devDependencies, optionalDependencies, peerDependencies, workspaces];
}

interface PackageJson {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly packageManager?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly workspaces?: object;
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
  const ranSome = /^(?:running [1-9]|test result: .*\b[1-9]\d* (?:passed|ignored)\b)/m;
  return /^running 0 tests$/m.test(output) && !ranSome.test(output);
}

function has(path: string): (tree: Tree) => boolean {
  return (tree) => tree.read(path) !== null;
}
