/**
 * Owns the small disk on which the dispatcher lives: a tmpfs that can be filled. Where it cannot
 * be mounted (no root, no Linux) there is none, and the report says so.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const size = '48m';

/** So much is left over when it is filled: less than a page of the store's log. */
const leftBytes = 2_048;

export class SmallDisk {
  readonly folder: string;
  readonly #isMounted: boolean;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder);
    this.#isMounted = tried('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  }

  /** Whether it can be filled without filling the machine's. */
  get canBeFilled(): boolean {
    return this.#isMounted;
  }

  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    try {
      writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
    } catch (error) {
      // Somebody else took the last of it first: full is full.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  relieve(): void {
    rmSync(this.#ballast, { force: true });
  }

  close(): void {
    if (this.#isMounted) tried('umount', '--lazy', this.folder);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

function tried(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
