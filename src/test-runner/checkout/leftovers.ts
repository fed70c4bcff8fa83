/**
 * Owns what is seen to after a suite that git does not see. In a small tree we look ourselves, which
 * is not worth the two processes that clean a large one, and remove what the commit does not have.
 * Where more than files is not as git leaves it, those two see to it all. Goes by handles: a folder
 * that turns into a link meanwhile is not followed.
 */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { GitIndex } from './git-index.js';

/** Files: a look at so many takes as long as the processes, and holds up all that we do besides. */
const filesMost = 500;

/** Names in all folders, with those that the suite left. */
const namesMost = 2 * filesMost;

/**
 * Cleans a small tree where that takes no more than removing files, and folders that are empty then. Answers whether it now is what
 * git left there, but for files that were changed or removed. Never so where no `/proc` is.
 */
export function removeLeftovers(tree: string, index: GitIndex): boolean {
  if (index.size > filesMost) return false;
  const files = index.paths();
  const expected = { files, folders: foldersOf(files), namesLeft: namesMost };
  return namesLeftIn(Buffer.from(tree), '', expected) !== null;
}

interface Expected {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** So many further names are looked at. */
  namesLeft: number;
}

/**
 * How many names are left in the folder, with all below it seen to; null where that takes more. `at`
 * may be looked up once only, `path` is its name in the tree.
 */
function namesLeftIn(at: Buffer, path: string, expected: Expected): number | null {
  const handle = handleOf(at);
  if (handle === null) return null;
  try {
    const here = `/proc/self/fd/${handle}`;
    if (modeOf(fstatSync(handle)) !== folderMode) return null;
    const names = readdirSync(here, 'latin1');
    expected.namesLeft -= names.length;
    if (expected.namesLeft < 0) return null;
    let left = 0;
    for (const name of names) {
      const child = Buffer.concat([Buffer.from(`${here}/`), Buffer.from(name, 'latin1')]);
      const isKept = seeTo(child, path === '' ? name : `${path}/${name}`, expected);
      if (isKept === null) return null;
      if (isKept) left += 1;
    }
    return left;
  } finally {
    closeSync(handle);
  }
}

/** Whether it stays; null where that takes more. */
function seeTo(at: Buffer, path: string, expected: Expected): boolean | null {
  if (path === '.git') return true;
  const found = lstatSync(at);
  if (found.isDirectory()) {
    if (!expected.folders.has(path)) return null;
    const left = namesLeftIn(at, path, expected);
    // git would leave it there, when a commit comes that does not have it.
    if (left === 0) rmdirSync(at);
    return left === null ? null : left > 0;
  }
  if (basename(path) === '.git') return null;
  if (expected.files.has(path)) return isEven(found) ? true : null;
  unlinkSync(at);
  return false;
}

/** Null where it is no folder, or has no name in `/proc`. */
function handleOf(folder: Buffer): number | null {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (lstatSync(`/proc/self/fd/${handle}`, { throwIfNoEntry: false }) !== undefined) return handle;
  closeSync(handle);
  return null;
}

/** With all that lie above them. */
function foldersOf(files: ReadonlySet<string>): Set<string> {
  const folders = new Set(['.']);
  for (const file of files) {
    for (let path = dirname(file); !folders.has(path); path = dirname(path)) folders.add(path);
  }
  return folders;
}

const folderMode = 0o755;

/** Whether git knows all of its mode, and writing into it changes no other file. */
function isEven(found: Stats): boolean {
  if (!found.isFile()) return true;
  return found.nlink === 1 && [0o644, 0o755].includes(modeOf(found));
}

function modeOf({ mode }: Stats): number {
  return mode & 0o7777;
}

/**
 * git knows no modes of folders, and of files but whether they can be executed; and what is called
 * `.git` it does not see below the top. A file that has other modes, or another name elsewhere, goes:
 * the next checkout writes it anew.
 */
export const evenOut = [
  ...['find', '.', '-xdev', '-path', './.git', '-prune'],
  ...['-o', '-name', '.git', '-prune', '-exec', 'rm', '-rf', '{}', '+'],
  // In digits, chmod would leave a folder its setgid.
  ...['-o', '-type', 'd', '!', '-perm', '755', '-exec', 'chmod', 'u=rwx,go=rx,ug-s,o-t', '{}', ';'],
  ...['-o', '-type', 'f', '(', '!', '-perm', '644', '!', '-perm', '755', '-o', '-links', '+1', ')'],
  ...['-exec', 'rm', '-f', '{}', '+'],
  // Pipes and sockets, of which git knows nothing.
  ...[
    '-o',
    '!',
    '-type',
    'd',
    '!',
    '-type',
    'f',
    '!',
    '-type',
    'l',
    '-exec',
    'rm',
    '-f',
    '{}',
    '+',
  ],
];

/** To be run after that: folders whose files are gone, which a later commit may not have. */
export const removeEmpty = [
  ...['find', '.', '-xdev', '-path', './.git', '-prune'],
  ...['-o', '-type', 'd', '-empty', '-prune', '-exec', 'rmdir', '-p', '{}', ';'],
];
