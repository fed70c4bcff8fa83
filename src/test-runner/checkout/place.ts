/**
 * Owns where a runner's checkouts lie: at a short path that no tool takes for something else. Many
 * skip or refuse what is below a `.git` or a dot folder, and look for their settings in all folders
 * above. So it is /var/tmp, which every user may write to and which outlives a restart:
 *
 *   /var/tmp/trivet-1000/          this user's
 *     demo-1f0c9a3e/               one for each state folder
 *       of -> <git-dir>/trivet     when that is gone, this may go
 *       1/  2/                     the checkouts of slots 1 and 2
 *
 * Where --state names a folder, all is in it. Never touches what is in a checkout.
 */

import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inodeOf } from '../../world/files.js';
import { makeReal, mountsIn } from './ground.js';
import { remove } from './removal.js';

/** The folder of all checkouts of this user's runners on this machine. */
export function userPlace(): string {
  const shared = existsSync(sharedFolder) ? realpathSync(sharedFolder) : sharedFolder;
  return join(shared, `trivet-${process.getuid?.() ?? 0}`);
}

const sharedFolder = '/var/tmp';

export class Place {
  /** Holds the checkouts of other runners, too. */
  readonly base: string;
  readonly #folder: string;
  readonly #state: string;
  readonly #mode: number;
  #inode: bigint | null = null;

  /** Below `base`, for the checkouts of the clone at that path. To be had by `stand`. */
  constructor(base: string, state: string, clone: string) {
    this.base = base;
    this.#state = state;
    this.#mode = isOpen(clone) ? 0o711 : 0o700;
    const hash = createHash('sha256').update(state).digest('hex').slice(0, 8);
    this.#folder = join(base, `${readable(basename(clone))}-${hash}`);
  }

  tree(slot: number): string {
    return join(this.#folder, String(slot));
  }

  /** Makes what is missing. False where it cannot be had, or not as one that only we write to. */
  stand(): boolean {
    try {
      makeOwn(this.base, 0o711);
      if (mountsIn(this.#folder).includes(this.#folder)) return false;
      // A suite may have exchanged it for a link: that goes, and not what it leads to.
      makeReal(this.#folder);
      makeOwn(this.#folder, this.#mode);
      if (linkAt(join(this.#folder, mark)) === null) linkTo(this.#state, join(this.#folder, mark));
      assertExecutable(this.#folder);
      this.#inode = inodeOf(this.#folder);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether nobody has deleted it since. */
  stands(): boolean {
    return this.#inode !== null && inodeOf(this.#folder) === this.#inode;
  }

  /** Removes the checkouts of clones that are gone. */
  async sweep(): Promise<void> {
    for (const name of readdirSync(this.base)) {
      const state = linkAt(join(this.base, name, mark));
      if (state !== null && !existsSync(state)) await remove(join(this.base, name));
    }
  }
}

/** The part of a checkout's path for which tools may skip or refuse it; null where there is none. */
export function oddPartOf(path: string): string | null {
  return path.split('/').find((part) => /^\..|^node_modules$/.test(part)) ?? null;
}

const mark = 'of';

/** Short, as the name of a socket has but 108 bytes; and fit for a list with colons, as PATH is. */
function readable(name: string): string {
  const plain = name.replace(/\.git$/, '').replace(/[^A-Za-z0-9_-]+/g, '-');
  return plain.replace(/^-+/, '').slice(0, 24) || 'clone';
}

/** Whether others on this machine may come to the clone: to its checkouts they may then, too. */
function isOpen(clone: string): boolean {
  const parent = dirname(clone);
  const mayPass = (statSync(clone).mode & constants.S_IXOTH) !== 0;
  return mayPass && (parent === clone || isOpen(parent));
}

/** In a folder that all may write to, another user may have been faster: throws where it is not ours. */
export function makeOwn(folder: string, mode: number): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw Object.assign(new Error(`${folder} is not ours`), { code: 'EACCES' });
  }
  chmodSync(folder, mode);
}

function linkTo(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    // Another runner on the same clone has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Some machines let nothing be executed in /var/tmp. */
function assertExecutable(folder: string): void {
  const probe = join(folder, `probe-${process.pid}`);
  try {
    writeFileSync(probe, '', { mode: 0o700 });
    accessSync(probe, constants.X_OK);
  } finally {
    rmSync(probe, { force: true });
  }
}
