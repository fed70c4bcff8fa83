/**
 * Owns what is seen to after a suite that git does not see. In a small tree we look ourselves, which
 * is not worth the two processes that clean a large one, and remove what the commit does not have.
 * Where more than files is not as git leaves it, those two see to it all. Follows no link.
 */

import { lstatSync, readdirSync, type Stats, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GitIndex } from './git-index.js';

/** Files: a look at so many takes as long as the processes, and holds up all that we do besides. */
const filesMost = 500;

/**
 * Cleans a small tree where that takes no more than removing files. Answers whether it now is what
 * git left there, but for files that were changed or removed.
 */
export function removeLeftovers(tree: string, index: GitIndex): boolean {
  if (index.size > filesMost) return false;
  const leftovers = leftoversIn(tree, index.paths());
  for (const path of leftovers ?? []) unlinkSync(path);
  return leftovers !== null;
}

/** Null where there is more to be seen to than files to be removed. */
function leftoversIn(tree: string, files: ReadonlySet<string>): Buffer[] | null {
  const folders = foldersOf(files);
  const at = (path: string) => Buffer.concat([Buffer.from(tree), Buffer.from(path, 'latin1')]);
  const leftovers: Buffer[] = [];
  const inside = [''];
  if (modeOf(lstatSync(tree)) !== folderMode) return null;
  for (const folder of inside) {
    const names = readdirSync(at(folder), 'latin1');
    if (names.length > 2 * filesMost) return null;
    for (const name of names) {
      const path = `${folder}/${name}`;
      if (path === '/.git') continue;
      const found = lstatSync(at(path));
      if (found.isDirectory()) {
        if (!folders.has(path) || modeOf(found) !== folderMode) return null;
        inside.push(path);
      } else if (name === '.git' || (files.has(path.slice(1)) && !isEven(found))) return null;
      else if (!files.has(path.slice(1))) leftovers.push(at(path));
    }
  }
  return leftovers;
}

/** With all that lie above them. */
function foldersOf(files: ReadonlySet<string>): Set<string> {
  const folders = new Set(['/']);
  for (const file of files) {
    for (let path = dirname(`/${file}`); !folders.has(path); path = dirname(path))
      folders.add(path);
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
