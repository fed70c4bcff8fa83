/**
 * Owns the fetching of a far remote's refs into refs of our own, and what of them cannot be had: one
 * damaged ref makes git fetch none, so where it fails, all others are fetched without that one.
 * Never touches what belongs to the clone's user: remote-tracking refs and FETCH_HEAD stay.
 *
 *   all ── fails ──> those that ls-remote lists, less those at nothing ── fails ──> halves of them
 */

import { rmSync } from 'node:fs';
import { seenAt } from '../world/files.js';
import { type FedGit, fedGitIn, GitFault, type GitOptions } from '../world/git.js';

/** A ref of the remote that cannot be had. */
export interface Refused extends Listed {
  readonly reason: string;
}

interface Listed {
  /** Its full name there. */
  readonly ref: string;
  readonly id: string;
}

/** Where a ref of the remote is kept, by its name there. */
type Keep = (ref: string) => string;

/** A damaged ref among a thousand costs ten faults; with more than two of them, all is wrong. */
const faultsMax = 20;

const command = [
  ...['fetch', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'],
  // Upkeep would stand between a push and its test.
  ...['--no-auto-maintenance', '--no-show-forced-updates'],
  // A remote may be shallow itself, and go on: then so do we.
  '--update-shallow',
  // A large fetch is slow but not silent; only a remote that hangs is.
  '--progress',
  // Without this the remote's configured refspec would move remote-tracking refs as well.
  ...['--refmap=', '--stdin'],
];

export class FarRemote {
  readonly #git: FedGit;
  readonly #keep: Keep;
  /** What was refused last: most likely it still is. */
  #refused: readonly Refused[] = [];

  constructor(folder: string, keep: Keep, options: GitOptions) {
    this.#git = fedGitIn(folder, options);
    this.#keep = keep;
  }

  /** Fetches what the globs name, which have one `*` each; answers what of it could not be had. */
  async fetch(remote: string, globs: readonly string[]): Promise<readonly Refused[]> {
    try {
      await this.#bringAll(remote, globs, []);
      this.#refused = [];
    } catch (error) {
      const fault = refusalIn(error);
      if (removedLockIn(fault)) return this.fetch(remote, globs);
      // A remote that is away has said it best at first.
      const listed = await this.#list(remote, globs).catch(() => {
        throw fault;
      });
      this.#refused = await this.#fetchOthers(remote, globs, listed, fault);
    }
    return this.#refused;
  }

  async #fetchOthers(
    remote: string,
    globs: readonly string[],
    listed: readonly Listed[],
    fault: GitFault,
  ): Promise<Refused[]> {
    const reason = 'the remote has it at no commit';
    const lost = listed.filter(isNowhere).map((one) => ({ ...one, reason }));
    const before = this.#refused.filter((one) =>
      listed.some(({ ref, id }) => ref === one.ref && id === one.id),
    );
    const bad = [...new Map([...before, ...lost].map((one) => [one.ref, one])).values()];
    try {
      if (bad.length > 0) {
        await this.#bringAll(remote, globs, bad);
        return bad;
      }
    } catch (error) {
      refusalIn(error);
    }
    const rest = listed.filter((one) => !isNowhere(one));
    const refused = await this.#bringEach(remote, rest);
    // Where nothing at all can be had, no ref is to blame.
    if (refused.length === rest.length) throw fault;
    return [...lost, ...refused];
  }

  async #bringAll(remote: string, globs: readonly string[], but: readonly Listed[]): Promise<void> {
    const refspecs = globs.map((glob) => `+${glob}:${this.#keep(glob)}`);
    const without = but.map(({ ref }) => `^${ref}`);
    await this.#git([...command, '--prune', '--', remote], [...refspecs, ...without]);
  }

  /** Answers those that cannot be had, which are cornered. */
  async #bringEach(
    remote: string,
    listed: readonly Listed[],
    faults = { count: 0 },
  ): Promise<Refused[]> {
    if (listed.length === 0) return [];
    try {
      const refspecs = listed.map(({ ref }) => `+${ref}:${this.#keep(ref)}`);
      await this.#git([...command, '--', remote], refspecs);
      return [];
    } catch (error) {
      const { message } = refusalIn(error);
      faults.count += 1;
      if (faults.count > faultsMax) throw error;
      if (listed.length === 1) return listed.map((one) => ({ ...one, reason: message }));
    }
    const half = Math.ceil(listed.length / 2);
    const before = await this.#bringEach(remote, listed.slice(0, half), faults);
    return [...before, ...(await this.#bringEach(remote, listed.slice(half), faults))];
  }

  async #list(remote: string, globs: readonly string[]): Promise<Listed[]> {
    const printed = await this.#git(['ls-remote', '--refs', '--', remote, ...globs], []);
    const lines = [...printed.matchAll(/^([0-9a-f]+)\t(.+)$/gm)];
    const refs = lines.map(([, id = '', ref = '']) => ({ id, ref }));
    // It matches the ends of names too; and a name that is no UTF-8 cannot be asked for alone.
    return refs.filter(({ ref }) => !ref.includes('\ufffd') && globs.some((g) => matches(ref, g)));
  }
}

/**
 * A git that was killed, or a power cut, leaves the lock of a ref that it was about to move. Where that
 * ref is ours and the lock old, it goes. Answers whether one has gone.
 */
function removedLockIn({ message }: GitFault): boolean {
  const [, lock] =
    /Unable to create '([^']+\/refs\/trivet\/[^']+\.lock)': File/.exec(message) ?? [];
  const since = lock === undefined ? undefined : seenAt(lock)?.mtimeMs;
  if (lock === undefined || since === undefined) return false;
  if (Date.now() - since < forgottenAfterMs) return false;
  rmSync(lock);
  return true;
}

/** A ref is locked for as long as its file is written. */
const forgottenAfterMs = 10 * 60_000;

function isNowhere({ id }: Listed): boolean {
  return /^0+$/.test(id);
}

function matches(ref: string, glob: string): boolean {
  const [begin = '', end = ''] = glob.split('*');
  return ref.startsWith(begin) && ref.endsWith(end);
}

/** What git said; thrown on where the remote says nothing, or git is not to blame. */
function refusalIn(error: unknown): GitFault {
  if (error instanceof GitFault && !error.isSilence) return error;
  throw error;
}
