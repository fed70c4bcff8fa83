/**
 * Owns the question whether a tree may be touched: whether it is a real folder in its own place,
 * and whether something else is mounted in it or over it. A suite may have exchanged it for a link, or have
 * died with a share in place; cleaning would then empty what it leads to. Never looks into a tree.
 */

import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { GitFault } from '../../world/git.js';

/**
 * Makes it a real folder: where a link or a file stands instead, that goes (and not what it leads
 * to). Answers whether it was one.
 */
export function makeReal(folder: string): boolean {
  if (isReal(folder)) return true;
  rmSync(folder, { force: true });
  mkdirSync(folder, { recursive: true });
  return false;
}

/** A suite may have forbidden us a folder of ours. Where another stands in its place, or none, nothing is done. */
export function makePassable(folder: string): void {
  try {
    const { mode } = lstatSync(folder);
    if ((mode & ownersAll) !== ownersAll) chmodSync(folder, (mode & 0o7777) | ownersAll);
  } catch {
    // Not there, or not ours: whoever looks there next says so.
  }
}

const ownersAll = 0o700;

function isReal(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Whether the tree is a folder of ours with nothing mounted in it; it is made one if need be, and so
 * is the folder in which it lies. Throws where the one above is none: that is not one slot's.
 */
export function isClear(tree: string): boolean {
  const own = dirname(tree);
  const above = dirname(own);
  if (!isReal(above)) throw new GitFault(`${above} is not a folder any more: remove what is there`);
  const isOwnReal = makeReal(own);
  makePassable(own);
  return makeReal(tree) && isOwnReal && mountsIn(tree).length === 0;
}

/**
 * Why nothing may be touched at that path: something was mounted over it, or over a folder above it,
 * since this was called, and what one sees there is another's. To be asked again and again.
 */
export function watchMountsOver(path: string): () => string | null {
  const before = new Set(mountsAround(path));
  let clear = identityOf(path);
  return () => {
    // Whatever is mounted over it, or above it, is another folder then: the table need not be read.
    const now = identityOf(path);
    if (now !== null && now === clear) return null;
    const since = mountsAround(path).find((mount) => !before.has(mount));
    if (since !== undefined) return `something was mounted at ${since}: unmount it there`;
    clear = now;
    return null;
  };
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = lstatSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    // Not there, or not for us to see.
    return null;
  }
}

/** What that path lies in: each mount at it or above it. */
function mountsAround(path: string): string[] {
  const bytes = Buffer.from(path).toString('latin1');
  return mountPoints()
    .filter((point) => point === bytes || bytes.startsWith(point === '/' ? point : `${point}/`))
    .map((point) => Buffer.from(point, 'latin1').toString());
}

/** What is mounted at the folder or below it, as the system tells where it can; else nothing. */
export function mountsIn(folder: string): string[] {
  const path = Buffer.from(folder).toString('latin1');
  return mountPoints(path)
    .filter((point) => point === path || point.startsWith(`${path}/`))
    .map((point) => Buffer.from(point, 'latin1').toString());
}

/** Paths of any bytes, a character each; none where no line speaks of `path`. */
function mountPoints(path = '/'): string[] {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    // There is none but on Linux.
    return [];
  }
  // Nearly always nothing is, and no line needs to be taken apart.
  if (!table.includes(escaped(path))) return [];
  return table.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    if (point === undefined) return [];
    return point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number(`0o${octal}`)));
  });
}

/** As the table spells what would end a field. */
function escaped(path: string): string {
  return path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
