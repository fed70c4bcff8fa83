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
    const more = words(text, includes).slice(0, includesMost);
    for (const name of more.flatMap((path) => named(tree, path))) {
      if (files.size < includesMost) files.add(name);
    }
  }
  return false;
}

/** In a file, and of files in all; nobody writes more, and reading them would hold up the runner. */
const includesMost = 100;

/** Several may stand before one colon; with an equals sign behind it, it is a variable. */
const targets = /^ *([^\s#:=][^#:=\n]*):(?!:{0,2}=)/gm;

const includes = /^ *[-s]?include[ \t]+([^#\n]+)/gm;

function words(text: string, lines: RegExp): string[] {
  return [...text.matchAll(lines)].flatMap(([, line = '']) => line.trim().split(/\s+/));
}

/** From the top folder, wherever the file lies that includes it. One star is understood. */
function named(tree: Tree, path: string): string[] {
  const folder = dirname(path);
  const [start = '', end, ...more] = basename(path).split('*');
  if (end === undefined || more.length > 0) return [path];
  return tree
    .list(folder)
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .map((name) => join(folder, name));
}
