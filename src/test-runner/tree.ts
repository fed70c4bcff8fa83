/**
 * Owns the view of a real checkout that suite detection reads. Never writes, and never reads
 * more of a file than a person would have written.
 */

import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from './suite.js';

/** A package.json or Makefile larger than this was not written by anyone. */
const fileBytesMax = 1_024 * 1_024;

export function treeAt(folder: string): Tree {
  return {
    read: (path) => {
      const file = join(folder, path);
      const found = statSync(file, { throwIfNoEntry: false });
      if (!found?.isFile()) return null;
      return found.size > fileBytesMax ? '' : readFileSync(file, 'utf8');
    },
    isExecutable: (path) => isAllowed(join(folder, path)),
    list: (path) => {
      const found = statSync(join(folder, path), { throwIfNoEntry: false });
      return found?.isDirectory() ? readdirSync(join(folder, path)) : [];
    },
  };
}

function isAllowed(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not allowed, or not there: either way it cannot be run.
    return false;
  }
}
