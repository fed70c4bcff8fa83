/**
 * Owns the copies of a work tree in which `trivet run` runs, one for each job: the commit that is checked
 * out, with what was changed since, and what git does not know yet and is not told to ignore; in its
 * submodules as well. All are made from the first one, as the work tree lay there when it was asked for.
 * The work tree itself is never touched, whatever a step does.
 */

import { constants, cpSync, existsSync, lstatSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../world/exit.js';
import { makeFolder } from '../world/files.js';
import { GitFault, gitIn } from '../world/git.js';

export interface Copies {
  /** Submodules that are not checked out, and so are in no copy. */
  readonly absent: readonly string[];
  /** One that nobody has worked in; `isLast`: no further one is asked for. */
  another(isLast: boolean): Copy;
  /** Removes what was made, or only what no job ran in. */
  close(isKept: boolean): void;
}

export interface Copy {
  /** What is needed besides lies next to it. */
  readonly folder: string;
  remove(): void;
}

/** Throws `UsageError` where there is no commit yet. */
export async function copiesOf(top: string): Promise<Copies> {
  const parent = mkdtempSync(join(tmpdir(), 'trivet-run-'));
  const first = join(parent, 'tree');
  const close = (isKept: boolean) => removeAt(isKept ? first : parent);
  const absent: string[] = [];
  try {
    await copyTree(top, first, (path) => absent.push(path));
  } catch (error) {
    close(false);
    if (!(error instanceof GitFault)) throw error;
    throw new UsageError(`The work tree ${top} cannot be copied: ${error.message}.`);
  }
  let count = 0;
  const another = (isLast: boolean): Copy => {
    count += 1;
    const place = join(parent, String(count));
    const folder = join(place, 'tree');
    makeFolder(place);
    if (isLast) renameSync(first, folder);
    else copyFiles(first, folder);
    return { folder, remove: () => removeAt(place) };
  };
  return { absent, another, close };
}

async function copyTree(from: string, to: string, isAbsent: (path: string) => void): Promise<void> {
  // Objects are borrowed: whatever is committed or removed in the copy leaves them as they are.
  await gitIn(dirname(to), { allowFileProtocol: true })([
    ...['clone', '--quiet', '--shared', '--no-tags', '--', from, to],
  ]);
  for (const path of await changed(from)) bring(from, to, path);
  for (const path of await submodules(from)) {
    if (!isThere(join(from, path, '.git'))) {
      isAbsent(path);
      continue;
    }
    removeAt(join(to, path));
    makeFolder(dirname(join(to, path)));
    await copyTree(join(from, path), join(to, path), (within) => isAbsent(join(path, within)));
  }
}

/** Paths that are not as in HEAD, those that are gone included. */
async function changed(top: string): Promise<string[]> {
  const git = gitIn(top);
  const [since, untracked] = await Promise.all([
    git(['diff', '--name-only', '--no-renames', '--ignore-submodules=all', '-z', 'HEAD']),
    git(['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  return `${since}\0${untracked}`.split('\0').filter((path) => path !== '');
}

/** Where the index has another repository's commit. */
async function submodules(top: string): Promise<string[]> {
  const entries = (await gitIn(top)(['ls-files', '--stage', '-z'])).split('\0');
  const isSubmodule = (entry: string) => entry.startsWith('160000 ');
  const paths = entries.filter(isSubmodule).map((entry) => entry.slice(entry.indexOf('\t') + 1));
  return [...new Set(paths)];
}

function bring(top: string, folder: string, path: string): void {
  const [from, to] = [join(top, path), join(folder, path)];
  removeAt(to);
  if (!isThere(from)) return;
  makeFolder(dirname(to));
  // A repository within that is no submodule is brought as it lies there.
  copyFiles(from, to);
}

/** Links stay links; where the disk can, a file is copied once it is written to. */
function copyFiles(from: string, to: string): void {
  const mode = constants.COPYFILE_FICLONE;
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, mode });
}

function removeAt(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function isThere(path: string): boolean {
  // A link that leads nowhere is there as well.
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
