/**
 * Owns which files of a checkout are reports that a workflow names. Follows no link and leaves the
 * checkout by none; looks only where a glob can match, never into git's folder, and into `node_modules`
 * only where a glob says so: packages bring reports of their own along.
 */

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesGlob } from '../../workflow/glob.js';
import { depthMax, entriesMax, filesMax } from './limits.js';

export const formats = ['junit', 'tap'] as const;

export type Format = (typeof formats)[number];

/** Globs of each format. */
export type Wanted = { readonly [F in Format]: readonly string[] };

export interface ReportFile {
  /** Within the checkout. */
  readonly path: string;
  readonly format: Format;
}

export interface Found {
  readonly files: readonly ReportFile[];
  /** Why there may be more than these; null: these are all. */
  readonly cutShort: string | null;
}

/** In alphabetical order of their folders. Rejects where the checkout itself cannot be read. */
export async function findReports(folder: string, wanted: Wanted): Promise<Found> {
  const globs = formats.flatMap((format) => wanted[format].map((glob) => wish(format, glob)));
  const files: ReportFile[] = [];
  let entries = 0;

  /** Answers why it went no further, or null. */
  async function walk(path: string, depth: number): Promise<string | null> {
    for (const entry of await entriesOf(join(folder, path), path === '')) {
      entries += 1;
      if (entries > entriesMax) return `only ${entriesMax} files were looked at`;
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) {
        const format = globs.find(({ glob }) => matchesGlob(glob, inside))?.format;
        if (format !== undefined) files.push({ path: inside, format });
        if (files.length >= filesMax) return `only the first ${filesMax} reports are read`;
      } else if (entry.isDirectory() && depth < depthMax && globs.some(mayBeIn(inside))) {
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
  readonly format: Format;
  readonly glob: string;
  /** The folders that it names before its first star. */
  readonly folders: readonly string[];
}

function wish(format: Format, written: string): Wish {
  const glob = written.replace(/^(?:\.\/)+/, '');
  const parts = glob.split('/').slice(0, -1);
  const first = parts.findIndex((part) => /[*?[\]{}\\]/.test(part));
  return { format, glob, folders: first < 0 ? parts : parts.slice(0, first) };
}

/** Whether a file that is wanted can be in that folder, or below it. */
function mayBeIn(folder: string): (wish: Wish) => boolean {
  const parts = folder.split('/');
  const name = parts.at(-1) ?? '';
  return ({ glob, folders }) => {
    if (name === '.git' || (name === 'node_modules' && !glob.includes(name))) return false;
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
