/**
 * Owns a slot's checkout: a small repository of the runner's own that borrows the clone's objects,
 * so that a suite can damage neither the clone nor its work tree. After `at(commit)` the tree is
 * exactly that commit, HEAD detached at it, nothing else there (A1, A2, A46, A47).
 * Never gives git a text that could be an option: only ids that passed their check (A4).
 *
 *   run's suite | clean | ................. | reset --hard <commit> | next run's suite
 *                `-- off the critical path --'`-- the one git process before a suite --'
 */

import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Handback } from '../protocol/bodies.js';
import { type Commit, parseCommit } from '../protocol/ids.js';
import type { Clone } from '../world/clone.js';
import { type Git, GitFault, gitIn, swiftGitIn } from '../world/git.js';
import { hasSubmodules, updateSubmodules } from './submodules.js';

/** A fetch that shows no progress for so long has lost its remote. */
const fetchSilenceMs = 60_000;

const execute = promisify(execFile);

export class Checkout {
  readonly folder: string;
  readonly #clone: Clone;
  readonly #git: Git;
  readonly #cloneGit: Git;
  /** Resolves with git's words where the tree could be neither cleaned nor made anew. */
  #cleaning: Promise<string | null>;
  /** The index as the last `reset` left it; null where there was none. */
  #index: string | null = null;

  /** Takes over what an earlier process left in `folder`, in whatever state, and cleans it. */
  constructor(folder: string, clone: Clone) {
    this.folder = folder;
    this.#clone = clone;
    const local = clone.originFolder !== null || clone.origin?.startsWith('file:') === true;
    mkdirSync(folder, { recursive: true });
    this.#git = swiftGitIn(folder, { allowFileProtocol: local });
    this.#cloneGit = gitIn(clone.path, { silenceMs: fetchSilenceMs });
    this.#cleaning = this.#clean();
  }

  /** Makes the tree that commit; null, or why another runner should have the run. */
  async at(commit: Commit): Promise<Handback | null> {
    if (parseCommit(commit) !== commit) throw new Error(`not a commit: ${commit}`);
    const broken = await this.#cleaning;
    if (broken !== null) return { reason: 'could-not-fetch', detail: broken };
    if ((await this.#reset(commit)) === null) return null;

    if (!(await this.#has(commit))) {
      const fault = await this.#fetch(commit);
      if (fault !== null) return { reason: 'could-not-fetch', detail: fault };
      if (!(await this.#has(commit))) {
        return { reason: 'unknown-commit', detail: 'the repository does not have that commit' };
      }
      if ((await this.#reset(commit)) === null) return null;
    }
    // The commit is there and will not be checked out: whatever is broken, a new tree is not.
    const fault =
      (await faultOf(async () => {
        await this.#destroy();
        await this.#restore();
      })) ?? (await this.#reset(commit));
    return fault === null ? null : { reason: 'could-not-fetch', detail: fault };
  }

  /** Removes what the suite left behind. Starts now, while nobody waits; `at` awaits it. */
  clean(): void {
    this.#cleaning = this.#clean();
  }

  /** Resolves once no git process of ours is at work in the tree. */
  async settled(): Promise<void> {
    await this.#cleaning;
  }

  async #clean(): Promise<string | null> {
    const fault = await faultOf(async () => {
      await this.#restore();
      await this.#git(['clean', '-ffdxq']);
    });
    if (fault === null) return null;
    // What cannot be cleaned (a suite may do anything to its tree) is made anew.
    return faultOf(async () => {
      await this.#destroy();
      await this.#restore();
    });
  }

  /** Null where the tree is that commit now, else git's words. */
  async #reset(commit: Commit): Promise<string | null> {
    return faultOf(async () => {
      // A raw id in HEAD keeps it detached whatever the last suite did: no branch ever moves.
      writeFileSync(join(this.folder, '.git', 'HEAD'), `${commit}\n`);
      await this.#git(['reset', '--hard', '-q', commit]);
      if (hasSubmodules(this.folder)) await updateSubmodules(this.folder, commit, this.#git);
      this.#index = identityOf(join(this.folder, '.git', 'index'));
    });
  }

  async #has(commit: Commit): Promise<boolean> {
    return (await faultOf(() => this.#git(['cat-file', '-e', `${commit}^{commit}`]))) === null;
  }

  /** Into the clone: it has the user's credentials, and its other runners want the commit too. */
  async #fetch(commit: Commit): Promise<string | null> {
    if (this.#clone.origin === null) return null;
    const options = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    const quiet = ['--no-auto-maintenance', '--progress', 'origin'];
    const exact = await faultOf(() => this.#cloneGit(['fetch', ...options, ...quiet, commit]));
    if (exact === null) return null;
    // It may be the remote that is away, or the commit, or a server that gives no single commits.
    return faultOf(() => this.#cloneGit(['fetch', ...options, ...quiet]));
  }

  /** By the system's own tools: they know any name and any depth, and folders without permissions. */
  async #destroy(): Promise<void> {
    // Where this fails, `rm` says so too.
    await execute('chmod', ['-R', 'u+rwX', '--', this.folder]).catch(() => {});
    await execute('rm', ['-rf', '--', this.folder]);
  }

  /** Of what is in `.git`, only submodules and an untouched index outlive a run. */
  async #restore(): Promise<void> {
    const gitDir = join(this.folder, '.git');
    const found = lstatSync(gitDir, { throwIfNoEntry: false });
    // A suite may have put a link or a file there, which would lead us out of the tree.
    if (found !== undefined && !found.isDirectory()) await this.#destroy();
    mkdirSync(gitDir, { recursive: true });
    makeHoldOnly(gitDir, ['objects', 'index', 'modules', 'refs', 'HEAD', 'config']);
    // An index may say that a file is as it was committed, or need not be there; git believes it.
    const index = join(gitDir, 'index');
    if (identityOf(index) !== this.#index) rmSync(index, { recursive: true, force: true });
    // An object may hold anything under the name of another; all of ours are borrowed.
    makeHoldOnly(join(gitDir, 'objects'), ['info']);
    makeHoldOnly(join(gitDir, 'objects', 'info'), ['alternates']);
    makeHoldOnly(join(gitDir, 'refs'), []);
    makeHold(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n');
    makeHold(join(gitDir, 'config'), configuration(this.#clone));
    makeHold(join(gitDir, 'objects', 'info', 'alternates'), alternates(this.#clone));
  }
}

/** What is as it should be is left alone: after most suites that is everything. */
function makeHold(path: string, text: string): void {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (isFile && readFileSync(path, 'utf8') === text) return;
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, text);
}

/** A folder with nothing else in it. A link to a folder elsewhere is none. */
function makeHoldOnly(folder: string, names: readonly string[]): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  for (const name of readdirSync(folder)) {
    if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Another one after every change: git replaces an index, it does not write into it. */
function identityOf(path: string): string | null {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs} ${found.size}`;
}

/** Written out against a user's own settings that would make a checkout differ from its commit. */
function configuration({ format, origin }: Clone): string {
  return [
    '[core]',
    `repositoryFormatVersion = ${format === 'sha256' ? 1 : 0}`,
    'bare = false',
    'fileMode = true',
    'autocrlf = false',
    'sparseCheckout = false',
    'trustctime = true',
    'checkStat = default',
    'logAllRefUpdates = false',
    '[submodule]',
    'recurse = false',
    '[gc]',
    'auto = 0',
    ...(format === 'sha256' ? ['[extensions]', 'objectFormat = sha256'] : []),
    ...(origin === null ? [] : ['[remote "origin"]', `url = ${quoted(origin)}`]),
    '',
  ].join('\n');
}

/** A value as git's configuration wants it, whatever characters a path may hold. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function alternates(clone: Clone): string {
  return objectFolders(clone)
    .map((folder) => `${folder.includes('\n') ? quoted(folder) : folder}\n`)
    .join('');
}

/** An origin on this disk lends its objects too: then a push needs no fetch to be tested. */
export function objectFolders({ objects, originFolder }: Clone): string[] {
  return originFolder === null ? [objects] : [objects, join(originFolder, 'objects')];
}

async function faultOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof GitFault) return error.message;
    const { code, message } = error as NodeJS.ErrnoException;
    // The disk's refusals (full, read-only, gone) are the tree's fault like git's own.
    if (code === undefined) throw error;
    return message;
  }
}
