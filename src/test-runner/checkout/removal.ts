/**
 * Owns getting rid of a slot's tree, whatever a suite left in it. What cannot be removed (files of
 * another user, which a container left; immutable ones) is moved aside, so that it costs the slot
 * one tree and not every later run. Never touches anything but the tree and its like beside it.
 *
 *   tree  --removed-->  (nothing)
 *     '---cannot be-->  tree.unremovable-1, tried again when the slot is next claimed
 */

import { execFile } from 'node:child_process';
import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GitFault } from '../../world/git.js';
import type { Tell } from '../../world/story.js';
import { mountsIn } from './ground.js';

const execute = promisify(execFile);

/** Afterwards nothing is at `tree`. Rejects where it can be neither removed nor renamed. */
export async function removeTree(tree: string, tell: Tell): Promise<void> {
  const fault = await remove(tree);
  if (fault === null) return;
  const aside = freeNameFor(tree);
  try {
    renameSync(tree, aside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new GitFault(`${tree} can be neither removed (${fault}) nor moved aside (${code})`);
  }
  const remedy = mountsIn(aside).length > 0 ? 'unmount it there first' : byItsOwner;
  const msg =
    `files in ${tree} cannot be removed (${fault}): it was moved to ${aside} and a new tree is ` +
    `made; ${remedy}`;
  tell({ event: 'unremovable', level: 'warn', msg });
}

const byItsOwner =
  'remove it as their owner or as root (files that a container made as root, perhaps?)';

/** Those that could not be removed earlier may be removable by now. */
export async function removeOldTrees(tree: string): Promise<void> {
  for (const name of asideOf(tree)) await remove(join(dirname(tree), name));
}

/**
 * Null, or why something is left. By the system's own tools: they know any name and any depth, and
 * go by handles, so that a folder that turns into a link is not followed. What is mounted in a tree
 * is another's, and not entered.
 */
export async function remove(tree: string): Promise<string | null> {
  const [mount] = mountsIn(tree);
  if (mount !== undefined) return `something is mounted at ${mount}`;
  const first = await removeNow(tree);
  if (first === null) return null;
  // Only a folder's permissions are in the way of what is in it. A file may have other names
  // elsewhere, and its own permissions are not needed to remove it.
  const opening = ['-xdev', '-type', 'd', '!', '-perm', '-700', '-execdir', 'chmod', 'u+rwx'];
  await execute('find', [tree, ...opening, '--', '{}', ';']).catch(() => {});
  return removeNow(tree);
}

/** Leaves of a checkout nothing but git's own folder. */
export async function empty(tree: string): Promise<void> {
  for (const name of readdirSync(tree)) if (name !== '.git') await remove(join(tree, name));
}

function removeNow(tree: string): Promise<string | null> {
  return execute('rm', ['-rf', '--', tree]).then(
    () => null,
    // Of a great many files only the first is named.
    ({ stderr, message }: { stderr?: string; message: string }) =>
      (stderr || message).split('\n')[0] ?? '',
  );
}

function freeNameFor(tree: string): string {
  const taken = asideOf(tree).map((name) => Number(name.split('-').at(-1)));
  return `${tree}.unremovable-${Math.max(0, ...taken) + 1}`;
}

function asideOf(tree: string): string[] {
  const prefix = `${basename(tree)}.unremovable-`;
  return readdirSync(dirname(tree)).filter(
    (name) => name.startsWith(prefix) && /^[0-9]+$/.test(name.slice(prefix.length)),
  );
}
