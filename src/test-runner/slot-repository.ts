/**
 * Owns what stands in the `.git` of a slot's checkout: a repository without objects of its own,
 * written anew wherever a suite could have touched it. Starts no process.
 */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Clone } from '../world/clone.js';
import { readIfThere } from '../world/files.js';

/** Of what is in `gitDir`, only submodules and the index that is known outlive a run. */
export function restoreRepository(gitDir: string, clone: Clone, knownIndex: string | null): void {
  mkdirSync(gitDir, { recursive: true });
  makeHoldOnly(gitDir, ['objects', 'index', 'modules', 'refs', 'HEAD', 'config', 'shallow']);
  // An index may say that a file is as it was committed, or need not be there; git believes it.
  const index = join(gitDir, 'index');
  if (identityOf(index) !== knownIndex) rmSync(index, { recursive: true, force: true });
  // An object may hold anything under the name of another; all of ours are borrowed.
  makeHoldOnly(join(gitDir, 'objects'), ['info']);
  makeHoldOnly(join(gitDir, 'objects', 'info'), ['alternates']);
  makeHoldOnly(join(gitDir, 'refs'), []);
  makeHold(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n');
  makeHold(join(gitDir, 'config'), configuration(clone));
  makeHold(join(gitDir, 'objects', 'info', 'alternates'), alternates(clone));
}

/**
 * Where history ends, for a clone that has only the latest of it. To be called before every
 * checkout: a fetch, ours or the user's, may have moved the end.
 */
export function followShallow(gitDir: string, { objects, originFolder }: Clone): void {
  const folders = [dirname(objects), ...(originFolder === null ? [] : [originFolder])];
  const ends = folders.map((folder) => join(folder, 'shallow')).filter((path) => existsSync(path));
  const text = ends.map((path) => readIfThere(path) ?? '').join('');
  const path = join(gitDir, 'shallow');
  if (text !== '') makeHold(path, text);
  else if (isThere(path)) rmSync(path, { recursive: true, force: true });
}

/** Another one after every change: git replaces an index, it does not write into it. */
export function identityOf(path: string): string | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs} ${found.size}`;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What is as it should be is left alone: after most suites that is everything. */
function makeHold(path: string, text: string): void {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (isFile && readFileSync(path, 'utf8') === text) return;
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, text);
}

/** A folder with nothing else in it. A link to a folder elsewhere is none. */
function makeHoldOnly(folder: string, names: readonly string[]): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  for (const name of readdirSync(folder)) {
    if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Written out against a user's own settings that would make a checkout differ from its commit. */
function configuration({ format, origin, path, isPartial }: Clone): string {
  const extensions = [
    ...(format === 'sha256' ? ['objectFormat = sha256'] : []),
    // What is missing is fetched when it is wanted, by the suite's own git too.
    ...(isPartial ? ['partialClone = origin'] : []),
  ];
  return [
    '[core]',
    `repositoryFormatVersion = ${extensions.length > 0 ? 1 : 0}`,
    'bare = false',
    'fileMode = true',
    'autocrlf = false',
    'sparseCheckout = false',
    'trustctime = true',
    'checkStat = default',
    'logAllRefUpdates = false',
    '[submodule]',
    'recurse = false',
    '[gc]',
    'auto = 0',
    '[extensions]',
    ...extensions,
    '[remote "origin"]',
    // Submodules with a relative URL lie beside it; beside the clone itself where it has none.
    `url = ${quoted(origin ?? path)}`,
    ...(isPartial ? ['promisor = true', 'partialCloneFilter = blob:none'] : []),
    '',
  ].join('\n');
}

/** A value as git's configuration wants it, whatever characters a path may hold. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function alternates(clone: Clone): string {
  return objectFolders(clone)
    .map((folder) => `${folder.includes('\n') ? quoted(folder) : folder}\n`)
    .join('');
}

/**
 * Where the clone's objects lie: its own, and those that it borrows itself (`clone --shared`,
 * `--reference`). An origin on this disk lends its objects too: then a push needs no fetch.
 */
export function objectFolders({ objects, originFolder }: Clone): string[] {
  const own = originFolder === null ? [objects] : [objects, join(originFolder, 'objects')];
  return [...new Set([...own, ...own.flatMap((folder) => borrowedBy(folder, nestedMost))])];
}

/** As deep as git itself follows them. */
const nestedMost = 5;

function borrowedBy(objects: string, deeper: number): string[] {
  if (deeper === 0) return [];
  const lines = readIfThere(join(objects, 'info', 'alternates'))?.split('\n') ?? [];
  const folders = lines
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('"'))
    .map((line) => (isAbsolute(line) ? line : resolve(objects, line)))
    .filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => [folder, ...borrowedBy(folder, deeper - 1)]);
}
