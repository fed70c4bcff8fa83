/**
 * Owns what is asked of git: where the branches stand, and what lies between two points.
 * Never touches what belongs to the clone's user: work tree, index, HEAD, FETCH_HEAD, branches
 * and remote-tracking refs stay as they are. What has to be fetched goes to refs/trivet/heads.
 * Invariant: an id that leaves this file has passed `parseCommit`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, parseCommit } from '../protocol/ids.js';
import { type Git, gitIn, swiftGitIn } from '../world/git.js';
import { type Described, type Tip, type Walk, walkCommitsMax } from './news.js';
import type { Source } from './source.js';

export interface Repository {
  /** The newest commit of each watched branch, now. Rejects where git or the remote fails. */
  tips(): Promise<Tip[]>;
  /** The commits of a walk, oldest first. Empty where nothing that is known remains. */
  walk(walk: Walk): Promise<Described[]>;
  /** A git folder whose refs may be watched for changes; null where the remote is far. */
  watchable(): string | null;
}

interface Reader {
  readonly folder: string;
  readonly git: Git;
  /** For the one command that every push waits for. */
  readonly look: Git;
}

/** A fetch that has said nothing for so long is ended: the remote hangs. */
const fetchSilenceMs = 30_000;

/** Excluded points of one walk: 10,000 ids are 420 kB of the 2 MB that a command line may have. */
const excludedMax = 10_000;

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
  /** Where the tips were last read: a walk goes through the same objects. */
  #reader: Reader;

  constructor(source: Source, branches: readonly string[], silenceMs: number) {
    this.#source = source;
    this.#branches = branches;
    this.#own = gitIn(source.path, { silenceMs });
    this.#reader = readerOf(source.path, this.#own);
  }

  watchable(): string | null {
    if (this.#source.kind === 'own') return this.#source.gitFolder;
    return this.#source.kind === 'direct' ? gitFolderAt(this.#source.remotePath) : null;
  }

  async tips(): Promise<Tip[]> {
    const { kind, path, gitFolder } = this.#source;
    // Where a repository was moved away, git would take the one that lies around it instead.
    if (!existsSync(join(gitFolder, 'HEAD'))) throw new Error(`there is no repository at ${path}`);
    const direct = kind === 'direct' ? await this.#directTips(this.#source.remotePath) : null;
    if (direct !== null) return direct;

    if (this.#reader.folder !== path) this.#reader = readerOf(path, this.#own);
    if (kind === 'own') return this.#read('refs/heads/');
    await this.#fetch(this.#source.remote);
    return this.#read('refs/trivet/heads/');
  }

  async walk({ tip, known, earlier }: Walk): Promise<Described[]> {
    try {
      return await this.#revList(tip, [...known, ...earlier]);
    } catch {
      // A force-push and a clean-up remove what was known: then what is left of it bounds the walk.
      const left = await this.#present(known);
      return left.length === 0 ? [] : this.#revList(tip, [...left, ...earlier]);
    }
  }

  /** Null where the remote's own folder cannot be read: fetching may know a way, or says why. */
  async #directTips(remotePath: string): Promise<Tip[] | null> {
    const folder = gitFolderAt(remotePath);
    if (folder === null) {
      if (!existsSync(remotePath)) throw new Error(`the remote ${remotePath} is not there`);
      return null;
    }
    if (this.#reader.folder !== folder) this.#reader = readerOf(folder, gitIn(folder));
    try {
      return await this.#read('refs/heads/');
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

  async #read(prefix: string): Promise<Tip[]> {
    const name = `%(refname:lstrip=${prefix.split('/').length - 1})`;
    const format = `%(objectname)%00%(parent)%00%(authorname)%00%(contents:subject)%00${name}`;
    const patterns = this.#branches.map((branch) => prefix + branch);
    const printed = await this.#reader.look([
      'for-each-ref',
      `--format=${format}`,
      ...(patterns.length === 0 ? [prefix] : patterns),
    ]);
    return lines(printed).map((line) => ({ ...describe(line), branch: line.split('\0')[4] ?? '' }));
  }

  async #revList(tip: Commit, except: readonly Commit[]): Promise<Described[]> {
    const printed = await this.#reader.git([
      'rev-list',
      '--reverse',
      '--topo-order',
      '--no-commit-header',
      '--encoding=UTF-8',
      `--max-count=${walkCommitsMax}`,
      '--format=%H%x00%P%x00%an%x00%s',
      tip,
      ...except.slice(0, excludedMax).map((commit) => `^${commit}`),
      '--',
    ]);
    return lines(printed).map(describe);
  }

  async #present(commits: readonly Commit[]): Promise<Commit[]> {
    const some = commits.slice(0, excludedMax);
    const printed = await this.#reader.git(['rev-list', '--no-walk', '--ignore-missing', ...some]);
    return lines(printed).map(toCommit);
  }
}

function readerOf(folder: string, git: Git): Reader {
  return { folder, git, look: swiftGitIn(folder) };
}

/** The git folder of the repository at `path`, found as git's own transport finds it. */
function gitFolderAt(path: string): string | null {
  const places = [join(path, '.git'), path, `${path}.git`];
  return places.find((place) => existsSync(join(place, 'HEAD'))) ?? null;
}

function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

function describe(line: string): Described {
  const [commit = '', parents = '', author = '', subject = ''] = line.split('\0');
  const ancestry = parents.split(' ').filter((parent) => parent !== '');
  return { commit: toCommit(commit), parents: ancestry.map(toCommit), author, subject };
}

function toCommit(text: string): Commit {
  const commit = parseCommit(text);
  if (commit === null) throw new Error(`git named a commit "${text}", which is none`);
  return commit;
}
