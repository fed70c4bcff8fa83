/**
 * Owns what a runner fetches: into the clone, which has the user's credentials, and whose other
 * runners want the commit too. Moves no branch of the user's; refs of our own keep what has come,
 * so that git asks only for what is new the next time, and its upkeep does not take it away.
 *
 *   refs/trivet/fetched/<commit>   the newest of each line of history that was fetched
 *   refs/trivet/fetched/heads/*    all branches, of a remote that gives no single commits
 */

import type { Commit } from '../../protocol/ids.js';
import { type Clone, followed } from '../../world/clone.js';
import { type Git, GitFault, patientGitIn } from '../../world/git.js';
import { type Upkeep, upkeepOf } from '../../world/upkeep.js';

/** As many lines of history as people work on at once; older ones are fetched again if need be. */
const keptMax = 100;

const kept = 'refs/trivet/fetched/';

const fetch = [
  ...['fetch', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'],
  // A remote that is shallow itself may go on, and so do we.
  '--update-shallow',
  // Upkeep in the midst of a run would hold it up. With --progress only one that hangs is silent.
  ...['--no-auto-maintenance', '--progress', '--refmap='],
];

export class Fetching {
  readonly #clone: Clone;
  readonly #git: Git;
  readonly #quietGit: Git;
  readonly #upkeep: Upkeep;
  #remote: string | null;
  #last: Commit | null = null;
  #tending: Promise<void> = Promise.resolve();

  /** `git` is ended where its remote is silent; `marks` are for upkeep, which ends with us. */
  constructor(clone: Clone, git: Git, marks: Readonly<Record<`TRIVET_${string}`, string>>) {
    this.#remote = clone.remote;
    this.#clone = clone;
    this.#git = git;
    this.#quietGit = patientGitIn(clone.path, { marks });
    this.#upkeep = upkeepOf(clone.path, clone.objects, { marks });
  }

  /** Rejects where git fails; even then the commit may have come. */
  async fetch(commit: Commit): Promise<void> {
    // There may be one at last.
    const remote = this.#remote ?? (await this.#follow());
    if (remote === null) return;
    this.#last = commit;
    try {
      await this.#git([...fetch, '--', remote, `+${commit}:${kept}${commit}`]);
    } catch (error) {
      if (error instanceof GitFault && error.isSilence) throw error;
      // By now it may be called otherwise.
      if ((await this.#follow()) !== remote) return this.fetch(commit);
      // It may be the remote that is away, or the commit, or a server that gives no single commits.
      await this.#git([...fetch, '--prune', '--', remote, `+refs/heads/*:${kept}heads/*`]);
    }
  }

  /** The remote that the clone has by now: the same as long as it is there. */
  async #follow(): Promise<string | null> {
    const { remote } = await followed(this.#git, this.#clone.path, this.#remote);
    this.#remote = remote;
    return remote;
  }

  /** What should follow a fetch, begun now, while nobody waits. Costs nothing where none was. */
  tend(): void {
    const last = this.#last;
    if (last === null) return;
    this.#last = null;
    this.#tending = this.#tending.then(async () => {
      await this.#drop(last).catch(() => {});
      await this.#upkeep();
    });
  }

  /** Resolves once nothing of this is going on. */
  async settled(): Promise<void> {
    await this.#tending;
  }

  /** What can be reached from the last commit needs no ref; of dead ends the newest are kept. */
  async #drop(last: Commit): Promise<void> {
    const list = async (...options: string[]) => {
      const printed = await this.#quietGit([
        'for-each-ref',
        ...options,
        '--format=%(refname)',
        `${kept}[0-9a-f]*`,
      ]);
      return printed.split('\n').filter((ref) => ref !== '' && ref !== `${kept}${last}`);
    };
    const newestFirst = await list('--sort=-creatordate');
    const needless = [...(await list(`--merged=${last}`)), ...newestFirst.slice(keptMax)];
    for (const ref of new Set(needless)) await this.#quietGit(['update-ref', '-d', ref]);
  }
}
