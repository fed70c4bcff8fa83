/**
 * Owns the git of one checkout: which settings it has there whoever the user is, and how it is ended
 * with all that it started (submodules, transports, filters). Never knows what it is asked for.
 */

import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clone } from '../../world/clone.js';
import { type EndableGit, endableGitIn, type Git, GitFault, gitIn } from '../../world/git.js';
import { isLocalPath } from '../../world/git-folder.js';
import { type Mark, signalAll, taggedWith } from '../../world/process-tree.js';
import { checkoutSettings } from './repository.js';

/** A fetch that shows no progress for so long has lost its remote. */
const usualSilenceMs = 60_000;

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
  /** Ends itself where what it reads does not answer. */
  readonly #probe: Git;
  readonly #silenceMs: number;
  #isEnded = false;

  /** Whatever an earlier process had at work in that tree is ended. */
  constructor(tree: string, clone: Clone, guard: string, silenceMs = usualSilenceMs) {
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
    this.#silenceMs = silenceMs;
    this.#probe = endableGitIn(tree, { ...common, ...objects, silenceMs: silenceMs / 2 }).git;
    const { origin } = clone;
    const allowFileProtocol = origin === null || isLocalPath(origin) || origin.startsWith('file:');
    const remote = { silenceMs: submoduleSilenceMs, allowFileProtocol, ...common };
    this.git = this.#unlessEnded((args) => this.#unlessHanging(args));
    this.run = this.#unlessEnded(this.#endable.run);
    this.fetching = this.#unlessEnded(gitIn(tree, remote));
    this.cloning = this.#unlessEnded(gitIn(clone.path, { silenceMs, marks }));
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
    signalAll(taggedWith(this.#mark), signal);
  }

  /** Resolves once all that was ended is gone; from then on commands are taken again. */
  async gone(): Promise<void> {
    this.#endable.end('SIGKILL');
    while (this.#killAll()) await pause(lookAfterKillMs);
    this.#isEnded = false;
  }

  /** Answers whether there were any. */
  #killAll(): boolean {
    const pids = taggedWith(this.#mark);
    signalAll(pids, 'SIGKILL');
    return pids.length > 0;
  }

  /**
   * A command in the tree may be silent for long (a filter, a large tree). But what it reads may lie
   * on a mount that does not answer; then one that only looks for the commit hangs as well.
   */
  async #unlessHanging(args: readonly string[]): Promise<string> {
    let isUnderWay = true;
    let hanging: GitFault | null = null;
    const probe = () =>
      this.#probe(['rev-list', '--no-walk', '--quiet', '--missing=allow-any', 'HEAD']).catch(
        (error) => {
          // Any other answer is one.
          if (!isUnderWay || !(error instanceof GitFault && error.isSilence)) return;
          hanging = new GitFault(
            `the remote has said nothing for ${this.#silenceMs / 1_000} s`,
            true,
          );
          this.#endable.end('SIGKILL');
        },
      );
    const probing = setInterval(probe, this.#silenceMs / 2);
    try {
      return await this.#endable.git(args);
    } catch (error) {
      throw hanging ?? error;
    } finally {
      isUnderWay = false;
      clearInterval(probing);
    }
  }

  #unlessEnded(git: Git): Git {
    return async (args) => {
      if (this.#isEnded) throw new GitFault('the checkout was given up');
      return git(args);
    };
  }
}
