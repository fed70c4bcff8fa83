/**
 * Owns which commit each branch was seen at last, as far as that may not be on disk yet; what is settled,
 * the store knows. Never decides.
 */

import type { Commit } from '../../protocol/ids.js';

export class NewestOnBranches {
  /** In the order in which they were seen. */
  readonly #seen = new Map<string, { readonly commit: Commit; readonly atMs: number }>();

  note({ repository, branch, commit, atMs }: Sighting): void {
    if (repository === null || branch === '') return;
    const key = keyOf(repository, branch);
    this.#seen.delete(key);
    this.#seen.set(key, { commit, atMs });
  }

  /** Undefined: the store knows. */
  of(repository: string | null, branch: string): Commit | undefined {
    return repository === null ? undefined : this.#seen.get(keyOf(repository, branch))?.commit;
  }

  /** Those that were seen by then are on disk. */
  forget(untilMs: number): void {
    for (const [key, { atMs }] of this.#seen) {
      if (atMs > untilMs) return;
      this.#seen.delete(key);
    }
  }
}

interface Sighting {
  readonly repository: string | null;
  readonly branch: string;
  readonly commit: Commit;
  readonly atMs: number;
}

function keyOf(repository: string, branch: string): string {
  return JSON.stringify([repository, branch]);
}
