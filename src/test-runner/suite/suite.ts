/**
 * Owns what counts as a commit's test suite: `--command`, else the commit's own `.ci/run`, else
 * what the tree shows (shown.ts), if it can be run here. Reads the tree, runs nothing.
 *
 * `.ci/run` is the simplest workflow: an executable file in the commit, run from the tree's top.
 */

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { looks, type Shown } from './shown.js';

/** A program and its arguments, and how people write it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly says: string;
  /** Of one that was guessed. */
  readonly guess?: Guess;
}

/** What else is known of a suite that nobody has spelled out. */
export interface Guess {
  /** Whether its output says that no test ran, where that is green to the tool. */
  readonly ranNone?: (output: string) => boolean;
  /** Where packages are named that it needs and does not install. */
  readonly notInstalled?: readonly string[];
  /** Its two parts, where what the first makes can be kept for another run. */
  readonly install?: { readonly run: string; readonly test: string };
}

/** A read-only view of a checkout. Paths are relative to its top. */
export interface Tree {
  /** The text of a regular file, or null. */
  read(path: string): string | null;
  isExecutable(path: string): boolean;
  /** The names of what is in a folder; empty where there is none. */
  list(folder: string): readonly string[];
  /** Those that are folders themselves. Links do not count: they may lead in a circle. */
  folders(folder: string): readonly string[];
}

export type Suite =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'none'; readonly says: string };

export const workflowPath = '.ci/run';

/** What to run for a tree. Where there is nothing, a sentence without its full stop says what to do. */
export function findSuite(tree: Tree, command: string | null, means: Means): Suite {
  if (command !== null) return { kind: 'command', command: byShell(command) };
  if (tree.read(workflowPath) !== null) return workflow(tree);
  for (const look of looks) {
    const shown = look(tree);
    if (shown !== null) return ifPossible(shown, means);
  }
  return { kind: 'none', says: nothingFound };
}

function ifPossible({ run, program, installs, ...guess }: Shown, { has, network }: Means): Suite {
  const suite = `the tree shows the suite "${run}"`;
  if (!has(program)) {
    const says = `${suite}, but ${program} is not on this machine: install it, or start the runner with --command`;
    return { kind: 'none', says };
  }
  if (installs && !network) {
    const says =
      `${suite}, which installs packages, and --sandbox cuts it off from the network: ` +
      'start the runner with --sandbox-net as well, or with a --command that installs nothing';
    return { kind: 'none', says };
  }
  return { kind: 'command', command: { ...byShell(run), guess } };
}

const nothingFound =
  'No test suite was found: add an executable .ci/run, a package.json with a test script, ' +
  'go.mod, Cargo.toml, pyproject.toml, a Makefile with a test target or a tests folder of ' +
  'Python tests, or start the runner with --command';

function workflow(tree: Tree): Suite {
  if (tree.isExecutable(workflowPath)) {
    return {
      kind: 'command',
      command: { file: `./${workflowPath}`, args: [], says: workflowPath },
    };
  }
  const says = `${workflowPath} is not executable: run "chmod +x ${workflowPath}" and commit that`;
  return { kind: 'none', says };
}

/** As people type it. */
export function byShell(text: string): Command {
  return { file: 'sh', args: ['-c', text], says: text };
}

/** What a runner has to run suites with that nobody has spelled out: better told of than tried. */
export interface Means {
  /** Whether a program of that name would be found. */
  readonly has: (program: string) => boolean;
  /** Whether packages can be fetched. */
  readonly network: boolean;
}

/** By the `PATH` that suites get. */
export function meansIn(path: string, network: boolean): Means {
  const folders = path.split(':').filter((folder) => folder !== '');
  const has = (program: string) => folders.some((folder) => isProgram(join(folder, program)));
  return { has, network };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
