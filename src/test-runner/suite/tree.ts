/**
 * Owns the view of a real checkout that suite detection reads. Never writes, and never reads
 * more of a file than a person would have written. What cannot be read, or lies outside (a commit
 * may hold links to anywhere, a file whose reading never ends included), is not there: that is
 * the commit's fault, and would be so on every runner.
 */

import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from './suite.js';

/** A package.json or Makefile larger than this was not written by anyone. */
const fileBytesMax = 1_024 * 1_024;

export function treeAt(folder: string): Tree {
  let top: string | null = null;
  const inside = (path: string) => {
    top ??= realpathSync.native(folder);
    return insideOf(top, path);
  };
  return {
    read: (path) => attempt(() => textOf(inside(path))),
    isExecutable: (path) => attempt(() => isAllowed(inside(path))) ?? false,
    list: (path) => attempt(() => readdirSync(inside(path))) ?? [],
    folders: (path) => attempt(() => foldersIn(inside(path))) ?? [],
  };
}

/** Where the path leads, links followed. */
function insideOf(folder: string, path: string): string {
  const real = realpathSync.native(join(folder, path));
  if (real !== folder && !real.startsWith(`${folder}/`))
    throw new Error(`${path} leads out of the tree`);
  return real;
}

function textOf(file: string): string | null {
  const found = statSync(file);
  if (!found.isFile()) return null;
  // Without the byte order mark that some editors leave.
  return found.size > fileBytesMax ? '' : new TextDecoder().decode(readFileSync(file));
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function isAllowed(file: string): boolean {
  accessSync(file, constants.X_OK);
  return true;
}

/** Null where it is not there, not allowed, outside, or a link to itself. */
function attempt<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch {
    return null;
  }
}
