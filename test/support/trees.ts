/**
 * Owns trees that are on no disk, for what is read of them alone.
 */

import { basename, dirname, normalize, relative } from 'node:path';
import type { Tree } from '../../src/test-runner/suite/suite.js';

/** Of texts by their paths; each can be executed. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  return {
    read: (path) => files[normalize(path)] ?? null,
    isExecutable: (path) => files[path] !== undefined,
    list: (folder) =>
      Object.keys(files)
        .filter((path) => dirname(path) === folder)
        .map((path) => basename(path)),
    folders: (folder) => {
      const inside = Object.keys(files).map((path) => relative(folder, path).split('/'));
      return [
        ...new Set(inside.flatMap(([name = '', more]) => (more === undefined ? [] : name))),
      ].filter((name) => name !== '..');
    },
  };
}
