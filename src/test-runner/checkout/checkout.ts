/**
 * Owns a slot's checkout: a small repository of the runner's own that borrows the clone's objects,
 * so that a suite can damage neither the clone nor its work tree. After `at(commit)` the tree is
 * exactly that commit, HEAD detached at it, nothing else there (A1, A2, A46, A47).
 * Never gives git a text that could be an option: only ids that passed their check (A4).
 *
 *   run's suite | clean | .................... | checkout <commit> | next run's suite
 *                `-- off the critical path --' `-- the one git process before a suite
 */

import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, parseCommit } from '../../protocol/ids.js';
import type { Handback } from '../../protocol/job-bodies.js';
import type { Clone } from '../../world/clone.js';
import { GitFault } from '../../world/git.js';
import type { Tell } from '../../world/story.js';
import { Attributes, failedFilter } from './attributes.js';
import { Fetching } from './fetching.js';
import { readIndex } from './git-index.js';
import { isClear, watchMountsOver } from './ground.js';
import { evenOut, removeEmpty, removeLeftovers } from './leftovers.js';
import { removeOldTrees, removeTree } from './removal.js';
import { followShallow, leftIn, makeHold, nothingLeft, restoreRepository } from './repository.js';
import { forget, hasSubmodules, updateSubmodules } from './submodules.js';
import { TreeGit } from './tree-git.js';

export interface CheckoutOptions {
  /** What `standGuard` was given: with it, no git outlives a killed runner. */
  readonly guard: string;
  readonly tell: Tell;
  /** A remote that says nothing for so long is given up, be it far or on this machine. */
  readonly silenceMs?: number;
  /** Ends whatever else may still be at work in that folder. */
  readonly sweep?: (folder: string) => Promise<void>;
}

/** What is to be said of a tree. */
export interface Remarks {
  /** In the run's log: lines, mostly none. */
  readonly log: string;
  /** Why nobody can test it, as half a sentence; else null. */
  readonly fault: string | null;
}

export class Checkout {
  readonly folder: string;
  /** Why nothing may be touched there for now, as half a sentence; else null. */
  readonly whyBlocked: () => string | null;
  readonly #clone: Clone;
  readonly #tell: Tell;
  readonly #git: TreeGit;
  readonly #fetching: Fetching;
  /** Resolves with git's words where the tree could be neither cleaned nor made anew. */
  #cleaning: Promise<string | null>;
  /** As the last checkout left it. */
  #left = nothingLeft;
  readonly #attributes: Attributes;
  /** Of files that a filter was to change and could not, a line for the log. */
  #raw = '';

  /** Takes over what an earlier process left in `folder`, in whatever state, and cleans it. */
  constructor(folder: string, clone: Clone, options: CheckoutOptions) {
    const { guard, tell, silenceMs, sweep = async () => {} } = options;
    this.folder = folder;
    this.#clone = clone;
    this.#tell = tell;
    mkdirSync(folder, { recursive: true });
    this.whyBlocked = watchMountsOver(folder);
    this.#git = new TreeGit(folder, clone, guard, silenceMs);
    this.#fetching = new Fetching(clone, this.#git.cloning, { TRIVET_GUARD: guard });
    this.#attributes = new Attributes(folder, clone.format, this.#git.git);
    this.#cleaning = sweep(folder)
      .then(() => removeOldTrees(folder))
      .then(() => this.#clean());
  }

  /** What a log is to say of the tree. Where that is ended, as `at` is, it says less. */
  async remarks(commit: Commit): Promise<Remarks> {
    const warnings = await this.#attributes.warnings();
    if (this.#git.isEnded) {
      this.#attributes.doubt();
      await this.#git.gone();
    }
    // git goes from a tag to its commit; HEAD then says which.
    const head = this.#left.head.trim();
    const tagged = `${commit} is the id of a tag, of the commit ${head}: have that tested`;
    return {
      log: `${warnings}${this.#raw}`,
      fault: head === commit ? null : tagged,
    };
  }

  /** Makes the tree that commit; null, or why another runner should have the run. */
  async at(commit: Commit): Promise<Handback | null> {
    if (parseCommit(commit) !== commit) throw new Error(`not a commit: ${commit}`);
    const refusal = await this.#at(commit);
    if (!this.#git.isEnded) return refusal;
    await this.#git.gone();
    return { reason: 'stopped', detail: 'the checkout was given up' };
  }

  /**
   * Gives up the checkout that is under way: signals its git processes and all that they started.
   * `at`, or `remarks`, resolves when they are gone. To be called again with SIGKILL for those that do not listen.
   */
  end(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#git.end(signal);
  }

  /** Removes what the suite left behind. Starts now, while nobody waits; `at` awaits it. */
  clean(): void {
    this.#cleaning = this.#clean();
    this.#fetching.tend();
  }

  /** Resolves once no git process of ours is at work in the tree, or on what was fetched for it. */
  async settled(): Promise<void> {
    await this.#cleaning;
    await this.#fetching.settled();
  }

  async #at(commit: Commit): Promise<Handback | null> {
    const broken = (await this.#cleaning) ?? (await this.#clear());
    if (broken !== null) return couldNotFetch(broken);
    const first = await this.#checkOut(commit);
    if (first === null) return null;

    // Meanwhile somebody may have deleted parts of our repository, or all of it.
    const gone = await faultOf(() => this.#restore());
    if (gone !== null) return couldNotFetch(gone.message);
    // A remote that is silent will not speak to a new tree either.
    if (first.isSilence || this.#git.isEnded) return couldNotFetch(first.message);
    if (!(await this.#has(commit))) {
      const fault = await faultOf(() => this.#fetching.fetch(commit));
      if (!(await this.#has(commit))) {
        if (fault !== null) return couldNotFetch(fault.message);
        return { reason: 'unknown-commit', detail: 'the repository does not have that commit' };
      }
      if ((await this.#checkOut(commit)) === null) return null;
    }
    if (this.#git.isEnded) return couldNotFetch(first.message);
    // The commit is there and will not be checked out: whatever is broken, a new tree is not.
    const fault = (await this.#makeAnew()) ?? (await this.#checkOut(commit));
    return fault === null ? null : couldNotFetch(fault.message);
  }

  async #clean(): Promise<string | null> {
    const blocked = this.whyBlocked();
    if (blocked !== null) return blocked;
    const fault = await faultOf(async () => {
      if (!isClear(this.folder)) throw new GitFault('the tree is not what it was');
      await this.#restore();
      const index = readIndex(this.folder, this.#clone.format);
      if (index?.hasGitlinks() === true) forget(this.folder);
      else if (index !== null && removeLeftovers(this.folder, index)) return;
      await this.#git.git(['clean', '-ffdxq']);
      await this.#git.run(evenOut);
      await this.#git.run(removeEmpty);
    });
    // What cannot be cleaned (a suite may do anything to its tree) is made anew.
    if (fault === null || this.#git.isEnded) return null;
    return (await this.#makeAnew())?.message ?? null;
  }

  /** Somebody may have come since the tree was cleaned: what is his is not written to. */
  async #clear(): Promise<string | null> {
    const blocked = this.whyBlocked();
    if (blocked !== null) return blocked;
    const fault = await faultOf(async () => {
      const anew = isClear(this.folder) ? null : await this.#makeAnew();
      if (anew !== null) throw anew;
    });
    return fault?.message ?? null;
  }

  /** Null where the tree is that commit now. */
  async #checkOut(commit: Commit): Promise<GitFault | null> {
    // Where git fetches what is missing, it would fetch a commit with the whole of its history.
    if (this.#clone.isPartial && !(await this.#has(commit))) return new GitFault('not there yet');
    return faultOf(async () => {
      const gitDir = join(this.folder, '.git');
      // A raw id in HEAD keeps it detached whatever the last suite did: no branch ever moves.
      makeHold(join(gitDir, 'HEAD'), `${commit}\n`);
      followShallow(gitDir, this.#clone);
      const index = join(gitDir, 'index');
      const checkOut = async () => {
        if (!existsSync(index)) this.#raw = '';
        await this.#git.git(['checkout', '--force', '--detach', '--quiet', commit]);
        this.#raw ||= failedFilter(this.#git.complaints);
      };
      const isNew = !existsSync(index);
      await checkOut();
      // Files that the commit itself does not change may be others under its attributes.
      if (this.#attributes.haveChanged() && !isNew) {
        rmSync(index);
        await checkOut();
      }
      if (hasSubmodules(this.folder)) {
        await updateSubmodules(this.folder, this.#git.git, this.#git.fetching);
      }
      this.#left = leftIn(gitDir);
    });
  }

  async #has(commit: Commit): Promise<boolean> {
    const withoutFetching = ['--no-walk', '--quiet', '--missing=allow-any'];
    const command = ['rev-list', ...withoutFetching, `${commit}^{commit}`];
    return (await faultOf(() => this.#git.git(command))) === null;
  }

  async #makeAnew(): Promise<GitFault | null> {
    return faultOf(async () => {
      isClear(this.folder);
      await removeTree(this.folder, this.#tell);
      await this.#restore();
    });
  }

  async #restore(): Promise<void> {
    const gitDir = join(this.folder, '.git');
    const found = lstatSync(gitDir, { throwIfNoEntry: false });
    // A suite may have put a link or a file there, which would lead us out of the tree.
    if (found !== undefined && !found.isDirectory()) await removeTree(this.folder, this.#tell);
    restoreRepository(gitDir, this.#clone, this.#left);
  }
}

function couldNotFetch(detail: string): Handback {
  return { reason: 'could-not-fetch', detail };
}

async function faultOf(work: () => Promise<unknown>): Promise<GitFault | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof GitFault) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    // The disk's refusals (full, read-only, gone) are the tree's fault like git's own.
    if (code === undefined) throw error;
    return new GitFault(message);
  }
}
