/**
 * Owns which files of a checkout a workflow's globs name. Follows no link and leaves the checkout by
 * none; looks only where a glob can match, never into git's folder, and into `node_modules` only where
 * a glob says so: packages bring files of all names along. Bounded, and says so where a bound is met.
 */

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesGlob } from '../workflow/glob.js';

/** Files and folders that are looked at; a large tree has a third of them. */
export const entriesMax = 100_000;

/** Folders in each other. */
const depthMax = 64;

export interface Globbed {
  /** Within the checkout. */
  readonly path: string;
  /** The first glob that names it. */
  readonly glob: string;
}

export interface AllGlobbed {
  readonly files: readonly Globbed[];
  /** The bound that was met, so that there may be more; null: these are all. */
  readonly cutShort: 'entries' | 'files' | null;
}

/** In alphabetical order of their folders. Rejects where the checkout itself cannot be read. */
export async function globbedFiles(
  folder: string,
  globs: readonly string[],
  filesMax: number,
): Promise<AllGlobbed> {
  const wishes = globs.map(wish);
  const files: Globbed[] = [];
  let entries = 0;

  /** Answers why it went no further, or null. */
  async function walk(path: string, depth: number): Promise<AllGlobbed['cutShort']> {
    for (const entry of await entriesOf(join(folder, path), path === '')) {
      entries += 1;
      if (entries > entriesMax) return 'entries';
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) {
        const named = wishes.find(({ pattern }) => matchesGlob(pattern, inside));
        if (named !== undefined) files.push({ path: inside, glob: named.glob });
        if (files.length >= filesMax) return 'files';
      } else if (entry.isDirectory() && depth < depthMax && wishes.some(mayBeIn(inside))) {
        const cutShort = await walk(inside, depth + 1);
        if (cutShort !== null) return cutShort;
      }
    }
    return null;
  }

  const cutShort = await walk('', 1);
  return { files, cutShort };
}

interface Wish {
  /** As it is written. */
  readonly glob: string;
  /** The same, from the checkout on. */
  readonly pattern: string;
  /** The folders that it names before its first star. */
  readonly folders: readonly string[];
}

function wish(glob: string): Wish {
  const pattern = glob.replace(/^(?:\.\/)+/, '');
  const parts = pattern.split('/').slice(0, -1);
  const first = parts.findIndex((part) => /[*?[\]{}\\]/.test(part));
  return { glob, pattern, folders: first < 0 ? parts : parts.slice(0, first) };
}

/** Whether a file that is wanted can be in that folder, or below it. */
function mayBeIn(folder: string): (wish: Wish) => boolean {
  const parts = folder.split('/');
  const name = parts.at(-1) ?? '';
  return ({ pattern, folders }) => {
    if (name === '.git' || (name === 'node_modules' && !pattern.includes(name))) return false;
    return folders
      .slice(0, parts.length)
      .every((wanted, index) => wanted === (parts[index] ?? wanted));
  };
}

/** A folder that cannot be read is as good as none; the checkout itself is there. */
async function entriesOf(path: string, isTop: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    if (isTop) throw error;
    return [];
  }
}
