/**
 * Owns what caches know of the slot in which a run is done: its checkout, and the default branch of the
 * clone that it is made from.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clone } from '../../world/clone.js';
import type { Run } from '../core/events.js';
import type { RunnerNames } from '../suite/environment.js';
import { RunCaches } from './run-caches.js';
import { scopesOf } from './scope.js';
import type { CacheStore } from './store.js';

export class SlotCaches {
  readonly #store: CacheStore;
  readonly #tree: string;
  readonly #clone: Clone;

  constructor(store: CacheStore, tree: string, clone: Clone) {
    this.#store = store;
    this.#tree = tree;
    this.#clone = clone;
  }

  /** Resolves once nothing is at work for later runs. */
  close(): Promise<void> {
    return this.#store.close();
  }

  /** For one run. */
  open(
    { assignment }: Run,
    names: Pick<RunnerNames, 'repository'>,
    signal: AbortSignal,
  ): RunCaches {
    const scopes = scopesOf(assignment, defaultBranchOf(this.#clone));
    const name = assignment.repository ?? names.repository;
    const place = { tree: this.#tree, repository: `${name}@${sourceOf(this.#clone)}`, scopes };
    return new RunCaches(this.#store, place, { signal, nowMs: () => performance.now() });
  }
}

/** Two repositories may have one name. Hashed, as URLs may hold passwords. */
function sourceOf({ origin, path }: Clone): string {
  return createHash('sha256')
    .update(origin ?? path)
    .digest('hex')
    .slice(0, 12);
}

/**
 * What the remote's HEAD named when it was cloned; of a bare repository, its own. Null where nobody
 * says it: then no branch is trusted more than another.
 */
export function defaultBranchOf({ path, gitDir, objects, remote }: Clone): string | null {
  // Worktrees share their branches as they share their objects.
  const shared = dirname(objects);
  const head = path === gitDir ? ['HEAD'] : ['refs', 'remotes', remote ?? '', 'HEAD'];
  try {
    const text = readFileSync(join(shared, ...head), 'utf8');
    const [, branch = null] = /^ref: refs\/(?:heads|remotes\/[^/\n]+)\/(.+)$/m.exec(text) ?? [];
    return branch;
  } catch {
    return null;
  }
}
