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
import type { Tell } from '../world/story.js';

const execute = promisify(execFile);

/** Afterwards nothing is at `tree`. Rejects where it can be neither removed nor renamed. */
export async function removeTree(tree: string, tell: Tell): Promise<void> {
  const fault = await remove(tree);
  if (fault === null) return;
  const aside = freeNameFor(tree);
  renameSync(tree, aside);
  const msg =
    `files in ${tree} cannot be removed (${fault}): it was moved to ${aside} and a new tree is ` +
    'made; remove it as their owner or as root (files that a container made as root, perhaps?)';
  tell({ event: 'unremovable', level: 'warn', msg });
}

/** Those that could not be removed earlier may be removable by now. */
export async function removeOldTrees(tree: string): Promise<void> {
  for (const name of asideOf(tree)) await remove(join(dirname(tree), name));
}

/**
 * Null, or why something is left. By the system's own tools: they know any name and any depth, and
 * folders without permissions.
 */
export async function remove(tree: string): Promise<string | null> {
  // Where this fails, `rm` says so too.
  await execute('chmod', ['-R', 'u+rwX', '--', tree]).catch(() => {});
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
