/**
 * Owns what stands in the `.git` of a slot's checkout: a repository without objects of its own,
 * written anew wherever a suite could have touched it. Starts no process.
 */

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Clone } from '../../world/clone.js';
import { makeFolder, readIfThere } from '../../world/files.js';

/** What a checkout left in `gitDir`, by which is known whether anybody has changed it since. */
export interface Left {
  readonly index: string | null;
  readonly modules: string | null;
  /** What HEAD says. */
  readonly head: string;
}

export const nothingLeft: Left = { index: null, modules: null, head: 'ref: refs/heads/none\n' };

/** How it all is now. */
export function leftIn(gitDir: string): Left {
  return {
    index: identityOf(join(gitDir, 'index')),
    modules: identityOfAll(join(gitDir, 'modules')),
    head: readIfThere(join(gitDir, 'HEAD')) ?? nothingLeft.head,
  };
}

/** Of what is in `gitDir`, only the index and submodules that nobody has touched outlive a run. */
export function restoreRepository(gitDir: string, clone: Clone, left: Left): void {
  mkdirSync(gitDir, { recursive: true });
  makeHoldOnly(gitDir, ['objects', 'index', 'modules', 'refs', 'HEAD', 'config', 'shallow', 'lfs']);
  const now = leftIn(gitDir);
  // An index may say that a file is as it was committed, or need not be there; git believes it. And
  // while it names a submodule, what stands there is spared by `clean`.
  if (now.index !== left.index || now.modules !== left.modules) {
    rmSync(join(gitDir, 'index'), { recursive: true, force: true });
  }
  // Its settings may name another work tree to clean, or programs to run; its objects may be forged.
  if (now.modules !== left.modules)
    rmSync(join(gitDir, 'modules'), { recursive: true, force: true });
  shareCache(gitDir, clone);
  // An object may hold anything under the name of another; all of ours are borrowed.
  makeHoldOnly(join(gitDir, 'objects'), ['info']);
  makeHoldOnly(join(gitDir, 'objects', 'info'), ['alternates']);
  makeHoldOnly(join(gitDir, 'refs'), []);
  makeHold(join(gitDir, 'HEAD'), left.head);
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

/**
 * Where filters keep what they have had from afar (Git LFS does): in the clone, for all its slots.
 * A clone that is not ours to write to has no such place: each tree then has its own.
 */
function shareCache(gitDir: string, { objects }: Clone): void {
  const cache = join(dirname(objects), 'lfs');
  const link = join(gitDir, 'lfs');
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink && readlinkSync(link) === cache && existsSync(cache)) return;
  rmSync(link, { recursive: true, force: true });
  try {
    makeFolder(cache);
  } catch {
    return;
  }
  symlinkSync(cache, link);
}

/** The same of a folder with all that is in it, but for what git renews when it merely looks. */
function identityOfAll(folder: string): string | null {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return identityOf(folder);
  const hash = createHash('sha256');
  const add = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const below = join(path, entry.name);
      // A submodule may be called so as well: its folder is no index.
      if (entry.name === 'index' && !entry.isDirectory()) continue;
      // A folder's own times change with each lock that comes and goes in it.
      hash.update(`${below}\0${entry.isDirectory() ? '' : identityOf(below)}\0`);
      if (entry.isDirectory()) add(below);
    }
  };
  add(folder);
  return hash.digest('hex');
}

/** Another one after every change: git replaces an index, it does not write into it. */
export function identityOf(path: string): string | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs} ${found.size}`;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * What is as it should be is left alone: after most suites that is everything. A file with a second
 * name may be anybody's, and is not written into.
 */
export function makeHold(path: string, text: string): void {
  const isOurs = isRegularFile(path) && lstatSync(path).nlink === 1;
  if (isOurs && readFileSync(path, 'utf8') === text) return;
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, text);
}

export function isRegularFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
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

/**
 * What decides which bytes and which kinds of files a checkout has, as git has it where nobody has
 * set anything. In the tree's own settings, so that the suite's git sees them too; and on the
 * command line, for submodules have settings of their own.
 */
export const checkoutSettings: readonly (readonly [string, string, string])[] = [
  ['core', 'fileMode', 'true'],
  ['core', 'symlinks', 'true'],
  // Elsewhere git asks the file system.
  ...(process.platform === 'linux' ? ([['core', 'ignoreCase', 'false']] as const) : []),
  ['core', 'autocrlf', 'false'],
  ['core', 'eol', 'native'],
  ['core', 'attributesFile', '/dev/null'],
  ['core', 'bigFileThreshold', '512m'],
  ['core', 'sparseCheckout', 'false'],
  ['core', 'trustctime', 'true'],
  ['core', 'checkStat', 'default'],
  // An index that can be believed, and read (see attributes.ts).
  ['core', 'splitIndex', 'false'],
  ['core', 'untrackedCache', 'false'],
  ['index', 'version', '2'],
  ['index', 'sparse', 'false'],
  // What a submodule has in common with ours, which borrows all, would be borrowed from nobody.
  ['submodule', 'alternateLocation', 'no'],
];

function configuration({ format, spelled, path, isPartial }: Clone): string {
  const extensions = [
    ...(format === 'sha256' ? ['objectFormat = sha256'] : []),
    // What is missing is fetched when it is wanted, by the suite's own git too.
    ...(isPartial ? ['partialClone = origin'] : []),
  ];
  return [
    '[core]',
    `repositoryFormatVersion = ${extensions.length > 0 ? 1 : 0}`,
    'bare = false',
    'logAllRefUpdates = false',
    ...checkoutSettings.map(([section, name, value]) => `[${section}]\n${name} = ${value}`),
    '[submodule]',
    'recurse = false',
    // As `clone --recurse-submodules` leaves it.
    'active = .',
    '[gc]',
    'auto = 0',
    '[extensions]',
    ...extensions,
    '[remote "origin"]',
    // Submodules with a relative URL lie beside it; beside the clone itself where it has none.
    `url = ${quoted(spelled ?? path)}`,
    ...(isPartial ? ['promisor = true', 'partialCloneFilter = blob:none'] : []),
    '',
  ].join('\n');
}

/** A value as git's configuration wants it, whatever characters a path may hold. */
export function quoted(value: string): string {
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
  const lent = originFolder === null ? [] : [join(originFolder, 'objects')].filter(lends);
  const own = [objects, ...lent];
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
    .filter((folder) => existsSync(folder) && lends(folder));
  return folders.flatMap((folder) => [folder, ...borrowedBy(folder, deeper - 1)]);
}

/** Every git that borrows from it reads one file there first, and would wait if that is a pipe. */
function lends(objects: string): boolean {
  const path = join(objects, 'info', 'alternates');
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true;
}
