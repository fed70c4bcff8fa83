/**
 * Owns which paths of a checkout a cache may hold: only what the commit does not bring, inside of the
 * checkout, and by no link. What is there it looks at without following anything; it changes nothing
 * but that it makes the folders above a path that is to be written.
 */

import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

export interface CachePath {
  /** Absolute. */
  readonly path: string;
  /** Why nothing may be there, or be taken from there, as half a sentence; else null. */
  readonly refused: string | null;
}

/** Where a path leads that is to be restored: nothing must be there yet, for it would be the commit's. */
export function pathToRestore(tree: string, written: string): CachePath {
  return judged(tree, written, (found) =>
    found === null ? null : 'it is there already, of the commit or of another cache',
  );
}

/** Where a path leads that is to be saved: a file or a folder must be there. */
export function pathToSave(tree: string, written: string): CachePath {
  return judged(tree, written, (found) => {
    if (found === null) return 'it is not there';
    return found.isDirectory() || found.isFile() ? null : 'it is neither a file nor a folder';
  });
}

/** The folders above it, as far as they are missing. They were found to be no links. */
export function makeAbove(tree: string, written: string): void {
  mkdirSync(join(tree, ...partsOf(written).slice(0, -1)), { recursive: true });
}

function judged(
  tree: string,
  written: string,
  judge: (found: Stats | null) => string | null,
): CachePath {
  const parts = partsOf(written);
  const path = join(tree, ...parts);
  const refused = badlySpelled(written, parts) ?? throughLink(tree, parts) ?? judge(at(path));
  return { path, refused };
}

function partsOf(written: string): string[] {
  return written.split('/').filter((part) => part !== '' && part !== '.');
}

function badlySpelled(written: string, parts: readonly string[]): string | null {
  if (written.startsWith('/') || written.startsWith('~') || parts.includes('..')) {
    return 'it lies outside of the checkout';
  }
  const isPath =
    !written.includes('\0') && parts.every((part) => Buffer.byteLength(part) <= nameMax);
  if (!isPath || parts.length > depthMax) return 'it is no path';
  if (parts.length === 0) return 'it is the whole checkout';
  return parts.some((part) => part.toLowerCase() === '.git') ? "it is git's own" : null;
}

/** Bytes that a file's name may have. */
const nameMax = 255;

/** No checkout is as deep, and a path of so many names has still room below it. */
const depthMax = 16;

function throughLink(tree: string, parts: readonly string[]): string | null {
  let path = tree;
  for (const part of parts.slice(0, -1)) {
    path = join(path, part);
    const found = at(path);
    if (found === null) return null;
    if (!found.isDirectory()) return `it leads through ${part}, which is no folder`;
  }
  return null;
}

function at(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
