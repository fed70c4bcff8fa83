/**
 * Owns whether make has a target for tests: in its own file, or in those that this includes. What
 * only make itself can tell (variables, what it generates) is not there. Reads the tree only.
 */

import { basename, dirname, join } from 'node:path';
import type { Tree } from './suite.js';

export function hasMakeTest(tree: Tree): boolean {
  // The first that is there is the only one that make reads.
  const own = ['GNUmakefile', 'makefile', 'Makefile'].find((path) => tree.read(path) !== null);
  const files = new Set(own === undefined ? [] : [own]);
  // What one includes is looked at after it.
  for (const file of files) {
    const text = (tree.read(file) ?? '').replaceAll(/\\\r?\n/g, ' ');
    const has = (target: RegExp, name: string) => words(text, target).includes(name);
    if (has(targets, 'test')) return true;
    for (const path of words(text, includes)) for (const name of named(tree, path)) files.add(name);
  }
  return false;
}

/** Several may stand before one colon; with an equals sign behind it, it is a variable. */
const targets = /^ *([^\s#:=][^#:=\n]*):(?!:{0,2}=)/gm;

const includes = /^ *[-s]?include[ \t]+([^#\n]+)/gm;

function words(text: string, lines: RegExp): string[] {
  return [...text.matchAll(lines)].flatMap(([, line = '']) => line.trim().split(/\s+/));
}

/** From the top folder, wherever the file lies that includes it. */
function named(tree: Tree, path: string): string[] {
  if (!path.includes('*')) return [path];
  const parts = basename(path)
    .split('*')
    .map((part) => part.replaceAll(/\W/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  const folder = dirname(path);
  return tree
    .list(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
