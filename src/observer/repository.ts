/**
 * Owns what is asked of git: where the branches stand, and what lies between two points.
 * Never touches what belongs to the clone's user: work tree, index, HEAD, FETCH_HEAD, branches
 * and remote-tracking refs stay as they are. What has to be fetched goes to refs/trivet/heads.
 * How a folder is read once it is known is the reader's affair.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Git, gitIn } from '../world/git.js';
import { gitFolderAt } from '../world/git-folder.js';
import type { Described, Look, Walk } from './news.js';
import { Reader } from './reader.js';
import type { Source } from './source.js';

export interface Repository {
  /** The newest commit of each watched branch, now. Rejects where git or the remote fails. */
  look(): Promise<Look>;
  /** The commits of a walk, oldest first. Empty where nothing that is known remains. */
  walk(walk: Walk): Promise<Described[]>;
  /** A git folder whose refs may be watched for changes; null where the remote is far. */
  watchable(): string | null;
}

/** A fetch that has said nothing for so long is ended: the remote hangs. */
const fetchSilenceMs = 30_000;

/** The branches of the source that match one of these globs; none means all. */
export function openRepository(
  source: Source,
  branches: readonly string[],
  silenceMs = fetchSilenceMs,
): Repository {
  return new GitRepository(source, branches, silenceMs);
}

class GitRepository implements Repository {
  readonly #source: Source;
  readonly #branches: readonly string[];
  readonly #own: Git;
  /** Where the branches were last read: a walk goes through the same objects. */
  #reader: Reader;

  constructor(source: Source, branches: readonly string[], silenceMs: number) {
    this.#source = source;
    this.#branches = branches;
    this.#own = gitIn(source.path, { silenceMs });
    this.#reader = new Reader(source.path, this.#own);
  }

  watchable(): string | null {
    if (this.#source.kind === 'own') return this.#source.gitFolder;
    return this.#source.kind === 'direct' ? gitFolderAt(this.#source.remotePath) : null;
  }

  async look(): Promise<Look> {
    const { kind, path, gitFolder } = this.#source;
    // Where a repository was moved away, git would take the one that lies around it instead.
    if (!existsSync(join(gitFolder, 'HEAD'))) throw new Error(`there is no repository at ${path}`);
    const direct = kind === 'direct' ? await this.#directLook(this.#source.remotePath) : null;
    if (direct !== null) return direct;

    if (this.#reader.folder !== path) this.#reader = new Reader(path, this.#own);
    if (kind === 'own') return this.#reader.look('refs/heads/', this.#branches);
    await this.#fetch(this.#source.remote);
    return this.#reader.look('refs/trivet/heads/', this.#branches);
  }

  async walk({ tip, known, earlier }: Walk): Promise<Described[]> {
    try {
      return await this.#reader.walk(tip, [...known, ...earlier]);
    } catch {
      // A force-push and a clean-up remove what was known: then what is left of it bounds the walk.
      const left = await this.#reader.present(known);
      return left.length === 0 ? [] : this.#reader.walk(tip, [...left, ...earlier]);
    }
  }

  /** Null where the remote's own folder cannot be read: fetching may know a way, or says why. */
  async #directLook(remotePath: string): Promise<Look | null> {
    const folder = gitFolderAt(remotePath);
    if (folder === null) {
      if (!existsSync(remotePath)) throw new Error(`the remote ${remotePath} is not there`);
      return null;
    }
    if (this.#reader.folder !== folder) this.#reader = new Reader(folder);
    try {
      return await this.#reader.look('refs/heads/', this.#branches);
    } catch {
      // Whatever is wrong with that folder, git's own transport says it better, or copes.
      return null;
    }
  }

  async #fetch(remote: string): Promise<void> {
    await this.#own([
      'fetch',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      // The clone's upkeep is its owner's affair, and would stand between a push and its test.
      '--no-auto-maintenance',
      '--no-show-forced-updates',
      // A large fetch is slow but not silent; only a remote that hangs is.
      '--progress',
      // Without this the remote's configured refspec would move remote-tracking refs as well.
      '--refmap=',
      '--',
      remote,
      '+refs/heads/*:refs/trivet/heads/*',
    ]);
  }
}
