/**
 * Owns the copy of a work tree in which `trivet run` runs: the commit that is checked out, with what was
 * changed since, and what git does not know yet and is not told to ignore. The work tree itself is never
 * touched, whatever a step does.
 */

import { cpSync, existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../world/exit.js';
import { makeFolder } from '../world/files.js';
import { GitFault, gitIn } from '../world/git.js';

export interface Copy {
  readonly folder: string;
  remove(): void;
}

/** Throws `UsageError` where there is no commit yet. */
export async function copyOf(top: string): Promise<Copy> {
  const parent = mkdtempSync(join(tmpdir(), 'trivet-run-'));
  const folder = join(parent, 'tree');
  const remove = () => rmSync(parent, { recursive: true, force: true });
  try {
    // Objects are borrowed: whatever is committed or removed in the copy leaves them as they are.
    await gitIn(parent, { allowFileProtocol: true })([
      ...['clone', '--quiet', '--shared', '--no-tags', '--', top, folder],
    ]);
    for (const path of await changed(top)) bring(top, folder, path);
    return { folder, remove };
  } catch (error) {
    remove();
    if (!(error instanceof GitFault)) throw error;
    throw new UsageError(`The work tree ${top} cannot be copied: ${error.message}.`);
  }
}

/** Paths that are not as in HEAD, those that are gone included. */
async function changed(top: string): Promise<string[]> {
  const git = gitIn(top);
  const [since, untracked] = await Promise.all([
    git(['diff', '--name-only', '--no-renames', '-z', 'HEAD']),
    git(['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  return `${since}\0${untracked}`.split('\0').filter((path) => path !== '');
}

function bring(top: string, folder: string, path: string): void {
  const [from, to] = [join(top, path), join(folder, path)];
  rmSync(to, { recursive: true, force: true });
  if (!isThere(from)) return;
  makeFolder(dirname(to));
  // A repository within is brought as it lies there, its links as links.
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

function isThere(path: string): boolean {
  // A link that leads nowhere is there as well.
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
