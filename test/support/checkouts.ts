/**
 * Owns checkouts for tests: a remote with two commits, a clone of it, and trees that borrow from it.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Checkout } from '../../src/test-runner/checkout/checkout.js';
import { openClone } from '../../src/world/clone.js';
import { makeClone, makeRemote, type TestRepository, temporaryFolder } from './git.js';

/** A remote with two commits, somebody who pushes to it, and the runner's clone. */
export function twoCommits({ path }: { path?: string } = {}) {
  const { remote, author } = makeRemote();
  const first = author.commit('one', { 'a.txt': 'one' });
  const second = author.commit('two', { 'a.txt': 'two' });
  author.push();
  return { remote, author, clone: makeClone(remote.path, path), first, second };
}

/** A slot’s checkout of that clone, cleaned; with how long a remote may be silent. */
export async function checkoutOf(
  { path }: TestRepository,
  folder = join(temporaryFolder(), 'tree'),
  silenceMs?: number,
): Promise<Checkout> {
  const usual = { guard: 'none-stands-here', tell: () => {} };
  const options = silenceMs === undefined ? usual : { ...usual, silenceMs };
  const checkout = new Checkout(folder, await openClone(path), options);
  // What it still does when a test ends would make the folder anew.
  onTestFinished(() => checkout.settled());
  await checkout.settled();
  return checkout;
}

/** What the file that both commits have holds in the tree. */
export function textOf({ folder }: Checkout): string {
  return readFileSync(join(folder, 'a.txt'), 'utf8');
}

/** git as a suite would call it, in the tree; answers what it printed, trimmed. */
export function git({ folder }: Checkout, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, stdio: 'pipe' }).toString().trim();
}
