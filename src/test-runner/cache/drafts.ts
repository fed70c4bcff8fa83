/**
 * Owns where a runner writes what is not whole yet, and where it brings what is to go. Of one that
 * died nobody holds the lock any more: the next that starts removes what it left.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../world/files.js';
import { type Lock, tryLock } from '../../world/lock.js';
import { remove } from '../checkout/removal.js';

/** Another runner that sweeps may take a folder that is not locked yet for a dead one's. */
const attemptsMax = 5;

export class Drafts {
  readonly #base: string;
  #own: { readonly folder: string; readonly lock: Lock };
  #last = 0;
  #isClosed = false;
  readonly #removals = new Set<Promise<unknown>>();

  /** Throws what the disk says. */
  constructor(base: string) {
    this.#base = base;
    this.#own = claim(base);
  }

  /** A name that nobody has, for something that is to be written. */
  next(): string {
    // Somebody may have emptied the whole cache.
    if (!existsSync(join(this.#own.folder, lockName))) this.#own = claim(this.#base);
    this.#last += 1;
    return join(this.#own.folder, String(this.#last));
  }

  /** Takes away what has a name elsewhere on this disk; null where another was faster. */
  take(path: string): string | null {
    try {
      const to = this.next();
      renameSync(path, to);
      return to;
    } catch {
      return null;
    }
  }

  /** Removes what has a name elsewhere on this disk: it loses that at once. */
  discardFrom(path: string): void {
    const taken = this.take(path);
    if (taken !== null) this.discard(taken);
  }

  /** Removes a draft, while nobody waits. */
  discard(path: string): void {
    const removal = remove(path).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Removes what dead runners left. */
  sweep(): void {
    for (const name of readdirSync(this.#base)) {
      const folder = join(this.#base, name);
      if (folder === this.#own.folder) continue;
      const lock = lockIn(folder);
      if (lock === null) continue;
      this.discardFrom(folder);
      lock.release();
    }
  }

  async close(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#own.lock.release();
    await remove(this.#own.folder);
  }
}

const lockName = 'lock';

function claim(base: string): { folder: string; lock: Lock } {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const folder = join(base, randomBytes(4).toString('hex'));
    makeFolder(folder);
    const lock = lockIn(folder);
    if (lock !== null && existsSync(join(folder, lockName))) return { folder, lock };
    lock?.release();
  }
  throw Object.assign(new Error(`no folder can be had in ${base}`), { code: 'EBUSY' });
}

/** Null where it is held, or the folder is gone. */
function lockIn(folder: string): Lock | null {
  try {
    return tryLock(join(folder, lockName));
  } catch {
    // Another runner that sweeps was faster.
    return null;
  }
}
