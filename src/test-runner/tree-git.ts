/**
 * Owns the git of one checkout: which settings it has there whoever the user is, and how it is ended
 * with all that it started (submodules, transports, filters). Never knows what it is asked for.
 */

import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clone } from '../world/clone.js';
import { type EndableGit, endableGitIn, type Git, GitFault, gitIn } from '../world/git.js';
import { isLocalPath } from '../world/git-folder.js';
import { carriersOf, type Mark, signalAll } from '../world/process-tree.js';
import { checkoutSettings } from './slot-repository.js';

/** A fetch that shows no progress for so long has lost its remote. */
const fetchSilenceMs = 60_000;

/** Longer, for between two fetches git writes out a submodule's files without a word. */
const submoduleSilenceMs = 300_000;

/** How often killed processes are looked for: the kernel needs but a moment. */
const lookAfterKillMs = 1;

export class TreeGit {
  /** In the tree. */
  readonly git: Git;
  /** In the tree, for what speaks to remotes: it ends a command that falls silent. */
  readonly fetching: Git;
  /** In the clone: it has the user's credentials. */
  readonly cloning: Git;
  /** In the tree, a program that is not git. */
  readonly run: Git;
  readonly #mark: Mark;
  readonly #endable: EndableGit;
  #isEnded = false;

  /** Whatever an earlier process had at work in that tree is ended. */
  constructor(tree: string, clone: Clone, guard: string) {
    this.#mark = `TRIVET_CHECKOUT=${tree}`;
    this.#killAll();
    const marks = { TRIVET_GUARD: guard, TRIVET_CHECKOUT: tree };
    const settings = checkoutSettings.map(
      ([section, name, value]) => `${section}.${name}=${value}`,
    );
    // A tree whose repository is gone is none: git must not look for one in the folders above.
    const environment = { GIT_CEILING_DIRECTORIES: dirname(tree), GIT_ATTR_NOSYSTEM: '1' };
    const common = { marks, settings, environment };
    // What a partial clone lacks is fetched into the clone, once for all of its slots and runs.
    const objects = clone.isPartial ? { objects: clone.objects } : {};
    this.#endable = endableGitIn(tree, { ...common, ...objects });
    const { origin } = clone;
    const allowFileProtocol = origin === null || isLocalPath(origin) || origin.startsWith('file:');
    const remote = { silenceMs: submoduleSilenceMs, allowFileProtocol, ...common };
    this.git = this.#unlessEnded(this.#endable.git);
    this.run = this.#unlessEnded(this.#endable.run);
    this.fetching = this.#unlessEnded(gitIn(tree, remote));
    this.cloning = this.#unlessEnded(gitIn(clone.path, { silenceMs: fetchSilenceMs, marks }));
  }

  /** What the last command in the tree complained of, though it succeeded. */
  get complaints(): string {
    return this.#endable.complaints();
  }

  /** Whether nobody wants what is under way any more: every further command is refused. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** To be called again with SIGKILL for those that do not listen. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#isEnded = true;
    this.#endable.end(signal);
    signalAll(carriersOf(this.#mark), signal);
  }

  /** Resolves once all that was ended is gone; from then on commands are taken again. */
  async gone(): Promise<void> {
    this.#endable.end('SIGKILL');
    while (this.#killAll()) await pause(lookAfterKillMs);
    this.#isEnded = false;
  }

  /** Answers whether there were any. */
  #killAll(): boolean {
    const pids = carriersOf(this.#mark);
    signalAll(pids, 'SIGKILL');
    return pids.length > 0;
  }

  #unlessEnded(git: Git): Git {
    return async (args) => {
      if (this.#isEnded) throw new GitFault('the checkout was given up');
      return git(args);
    };
  }
}
