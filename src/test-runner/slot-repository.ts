/**
 * Owns what stands in the `.git` of a slot's checkout: a repository without objects of its own,
 * written anew wherever a suite could have touched it. Starts no process.
 */

import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone } from '../world/clone.js';

/** Of what is in `gitDir`, only submodules and the index that is known outlive a run. */
export function restoreRepository(gitDir: string, clone: Clone, knownIndex: string | null): void {
  mkdirSync(gitDir, { recursive: true });
  makeHoldOnly(gitDir, ['objects', 'index', 'modules', 'refs', 'HEAD', 'config']);
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

/** Another one after every change: git replaces an index, it does not write into it. */
export function identityOf(path: string): string | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs} ${found.size}`;
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
function configuration({ format, origin }: Clone): string {
  return [
    '[core]',
    `repositoryFormatVersion = ${format === 'sha256' ? 1 : 0}`,
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
    ...(format === 'sha256' ? ['[extensions]', 'objectFormat = sha256'] : []),
    ...(origin === null ? [] : ['[remote "origin"]', `url = ${quoted(origin)}`]),
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

/** An origin on this disk lends its objects too: then a push needs no fetch to be tested. */
export function objectFolders({ objects, originFolder }: Clone): string[] {
  return originFolder === null ? [objects] : [objects, join(originFolder, 'objects')];
}
