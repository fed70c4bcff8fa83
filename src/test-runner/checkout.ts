/**
 * Owns a slot's checkout: a small repository of the runner's own that borrows the clone's objects,
 * so that a suite can damage neither the clone nor its work tree. After `at(commit)` the tree is
 * exactly that commit, HEAD detached at it, nothing else there (A1, A2, A46, A47).
 * Never gives git a text that could be an option: only ids that passed their check (A4).
 *
 *   run's suite | clean | ................. | reset --hard <commit> | next run's suite
 *                `-- off the critical path --'`-- the one git process before a suite --'
 */

import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handback } from '../protocol/bodies.js';
import { type Commit, parseCommit } from '../protocol/ids.js';
import type { Clone } from '../world/clone.js';
import { type EndableGit, endableGitIn, type Git, GitFault, gitIn } from '../world/git.js';
import { isLocalPath } from '../world/git-folder.js';
import { carriersOf, type Mark, signalAll } from '../world/process-tree.js';
import type { Tell } from '../world/story.js';
import { Fetching } from './fetching.js';
import { removeOldTrees, removeTree } from './removal.js';
import { followShallow, identityOf, restoreRepository } from './slot-repository.js';
import { hasSubmodules, updateSubmodules } from './submodules.js';

/** A fetch that shows no progress for so long has lost its remote. */
const fetchSilenceMs = 60_000;

/** Longer, for between two fetches git writes out a submodule's files without a word. */
const submoduleSilenceMs = 300_000;

/** How often killed processes are looked for: the kernel needs but a moment. */
const lookAfterKillMs = 1;

export interface CheckoutOptions {
  /** What `standGuard` was given: with it, no git outlives a killed runner. */
  readonly guard: string;
  readonly tell: Tell;
}

export class Checkout {
  readonly folder: string;
  readonly #clone: Clone;
  readonly #tell: Tell;
  readonly #git: Git;
  readonly #treeGit: EndableGit;
  readonly #fetchingGit: Git;
  readonly #fetching: Fetching;
  /** Resolves with git's words where the tree could be neither cleaned nor made anew. */
  #cleaning: Promise<string | null>;
  /** The index as the last `reset` left it; null where there was none. */
  #index: string | null = null;
  /** Nobody wants the checkout that is under way any more. */
  #isEnded = false;

  /** Takes over what an earlier process left in `folder`, in whatever state, and cleans it. */
  constructor(folder: string, clone: Clone, { guard, tell }: CheckoutOptions) {
    this.folder = folder;
    this.#clone = clone;
    this.#tell = tell;
    const { origin } = clone;
    const local = origin === null || isLocalPath(origin) || origin.startsWith('file:');
    mkdirSync(folder, { recursive: true });
    endWhatWorksFor(folder);
    const marks = { TRIVET_GUARD: guard, TRIVET_CHECKOUT: folder };
    // What a partial clone lacks is fetched into the clone, once for all of its slots and runs.
    const objects = clone.isPartial ? { objects: clone.objects } : {};
    this.#treeGit = endableGitIn(folder, { marks, ...objects });
    const remote = { silenceMs: submoduleSilenceMs, allowFileProtocol: local, marks };
    this.#git = this.#unlessEnded(this.#treeGit.git);
    this.#fetchingGit = this.#unlessEnded(gitIn(folder, remote));
    const cloneGit = gitIn(clone.path, { silenceMs: fetchSilenceMs, marks });
    this.#fetching = new Fetching(clone, this.#unlessEnded(cloneGit), { TRIVET_GUARD: guard });
    this.#cleaning = removeOldTrees(folder).then(() => this.#clean());
  }

  /** Makes the tree that commit; null, or why another runner should have the run. */
  async at(commit: Commit): Promise<Handback | null> {
    if (parseCommit(commit) !== commit) throw new Error(`not a commit: ${commit}`);
    const refusal = await this.#at(commit);
    if (!this.#isEnded) return refusal;
    this.#treeGit.end('SIGKILL');
    while (endWhatWorksFor(this.folder)) await pause(lookAfterKillMs);
    this.#isEnded = false;
    return { reason: 'stopped', detail: 'the checkout was given up' };
  }

  /**
   * Gives up the checkout that is under way: signals its git processes and all that they started
   * (submodules, transports, filters). `at` resolves when they are gone. To be called again with
   * SIGKILL for those that do not listen.
   */
  end(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#isEnded = true;
    this.#treeGit.end(signal);
    signalAll(carriersOf(markOf(this.folder)), signal);
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
    const broken = await this.#cleaning;
    if (broken !== null) return couldNotFetch(broken);
    const first = await this.#reset(commit);
    if (first === null) return null;

    // Meanwhile somebody may have deleted parts of our repository, or all of it.
    const gone = await faultOf(() => this.#restore());
    if (gone !== null) return couldNotFetch(gone.message);
    if (!(await this.#has(commit))) {
      const fault = await faultOf(() => this.#fetching.fetch(commit));
      if (!(await this.#has(commit))) {
        if (fault !== null) return couldNotFetch(fault.message);
        return { reason: 'unknown-commit', detail: 'the repository does not have that commit' };
      }
      if ((await this.#reset(commit)) === null) return null;
    }
    // A submodule's remote that is silent will not speak to a new tree either.
    if (first.isSilence || this.#isEnded) return couldNotFetch(first.message);
    // The commit is there and will not be checked out: whatever is broken, a new tree is not.
    const fault = (await this.#makeAnew()) ?? (await this.#reset(commit));
    return fault === null ? null : couldNotFetch(fault.message);
  }

  async #clean(): Promise<string | null> {
    const fault = await faultOf(async () => {
      await this.#restore();
      await this.#git(['clean', '-ffdxq']);
    });
    // What cannot be cleaned (a suite may do anything to its tree) is made anew.
    if (fault === null || this.#isEnded) return null;
    return (await this.#makeAnew())?.message ?? null;
  }

  /** Null where the tree is that commit now. */
  async #reset(commit: Commit): Promise<GitFault | null> {
    // Where git fetches what is missing, it would fetch a commit with the whole of its history.
    if (this.#clone.isPartial && !(await this.#has(commit))) return new GitFault('not there yet');
    return faultOf(async () => {
      // A raw id in HEAD keeps it detached whatever the last suite did: no branch ever moves.
      writeFileSync(join(this.folder, '.git', 'HEAD'), `${commit}\n`);
      followShallow(join(this.folder, '.git'), this.#clone);
      await this.#git(['reset', '--hard', '-q', commit]);
      if (hasSubmodules(this.folder)) {
        await updateSubmodules(this.folder, commit, this.#git, this.#fetchingGit);
      }
      this.#index = identityOf(join(this.folder, '.git', 'index'));
    });
  }

  async #has(commit: Commit): Promise<boolean> {
    const withoutFetching = ['--no-walk', '--quiet', '--missing=allow-any'];
    const command = ['rev-list', ...withoutFetching, `${commit}^{commit}`];
    return (await faultOf(() => this.#git(command))) === null;
  }

  async #makeAnew(): Promise<GitFault | null> {
    return faultOf(async () => {
      await removeTree(this.folder, this.#tell);
      await this.#restore();
    });
  }

  async #restore(): Promise<void> {
    const gitDir = join(this.folder, '.git');
    const found = lstatSync(gitDir, { throwIfNoEntry: false });
    // A suite may have put a link or a file there, which would lead us out of the tree.
    if (found !== undefined && !found.isDirectory()) await removeTree(this.folder, this.#tell);
    restoreRepository(gitDir, this.#clone, this.#index);
  }

  #unlessEnded(git: Git): Git {
    return async (args) => {
      if (this.#isEnded) throw new GitFault('the checkout was given up');
      return git(args);
    };
  }
}

/** What every git process of this checkout carries, and whatever it started. */
function markOf(folder: string): Mark {
  return `TRIVET_CHECKOUT=${folder}`;
}

/** Kills them, those of an earlier process too; answers whether there were any. */
function endWhatWorksFor(folder: string): boolean {
  const pids = carriersOf(markOf(folder));
  signalAll(pids, 'SIGKILL');
  return pids.length > 0;
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
