/**
 * Owns what is asked of git: where the branches stand, and what lies between two points.
 * Never touches what belongs to the clone's user: work tree, index, HEAD, FETCH_HEAD, branches
 * and remote-tracking refs stay as they are. What has to be fetched goes to refs/trivet/refs.
 * How a folder is read once it is known is the reader's affair.
 */

import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../protocol/ids.js';
import { type Git, GitFault, type GitOptions, gitIn, swiftGitIn } from '../world/git.js';
import { gitFolderAt } from '../world/git-folder.js';
import { gitSettingsNow } from '../world/git-settings.js';
import { type Upkeep, upkeepOf } from '../world/upkeep.js';
import type { Broken, Described, Poll, RevList, Tip } from './core/news.js';
import { customary, defaultBranch, defaultFirst, remoteHead } from './default-branch.js';
import { FarRemote, type Refused } from './far-remote.js';
import { type PollWithHead, Reader } from './reader.js';
import { matcherOf, nameOf, type Place } from './ref-names.js';
import { type Source, sourceNow } from './source.js';
import { fetched, globsOf, home, keptAs, patternsAt, type Watched } from './watched.js';
import type { CommitSources } from './workflow-files.js';

/** Where the branches are, and what is new on them. */
export interface Branches {
  /** The newest commit of each watched branch, now. Rejects where git or the remote fails. */
  poll(): Promise<Poll>;
  /** The commits of a rev-list, oldest first. Empty where nothing that is known remains. */
  revList(revList: RevList): Promise<Described[]>;
  /** A git folder whose refs may be watched for changes; null where the remote is far. */
  watchable(): string | null;
  /** Ends what git is still at; what was asked for is answered no more, or rejects. */
  close(): void;
}

/** And what else there is to be known of a commit that was found. */
export interface Repository extends Branches {
  /** What it is planned from. Rejects where git fails. */
  sources(commit: Commit): Promise<CommitSources>;
  /** What it changed against the first of its parents; null where that cannot be told. */
  changed(commit: Commit, parents: readonly string[]): Promise<readonly string[] | null>;
  /** Which branch all others come from and go to, as far as the last poll tells. */
  defaultBranch(): string;
  /** Whether it is that one; undefined where none of the branches is it, for all that is known. */
  isDefaultBranch(branch: string): boolean | undefined;
}

/** A git that has said nothing for so long is ended: the remote hangs, near (a mount) or far. */
const usualSilenceMs = 30_000;

/** Called when the clone's remote is another one, with whether that one is watched from now on. */
export type Moved = (now: Source, isFollowed: boolean) => void;

export function openRepository(
  source: Source,
  watched: Watched,
  moved: Moved = () => {},
  silenceMs = usualSilenceMs,
): Repository {
  return new GitRepository(source, watched, moved, silenceMs);
}

class GitRepository implements Repository {
  #source: Source;
  /** The same as the configuration had it last: it may be one that takes a restart. */
  #configured: Source;
  /** What git's settings were when the remote was last asked for. */
  #settings = '';
  readonly #moved: Moved;
  readonly #watched: Watched;
  readonly #stop = new AbortController();
  readonly #reading: Pick<GitOptions, 'silenceMs' | 'stop'>;
  readonly #own: Git;
  /** For what polls may wait for. */
  readonly #swift: Git;
  /** One a folder: each keeps a shell. */
  readonly #readers = new Map<string, Reader>();
  /** Where the branches were last read: a rev-list goes through the same objects. */
  #reader: Reader;
  readonly #far: FarRemote;
  /** Of a far remote: where its branches stood, and which its HEAD named. */
  #before: ReadonlyMap<string, Commit> = new Map();
  #head: string | null = null;
  #defaultBranch: string = customary[0];
  #isDefaultThere = false;
  readonly #upkeep: Upkeep;
  #isTending = false;

  constructor(source: Source, watched: Watched, moved: Moved, silenceMs: number) {
    this.#source = source;
    this.#configured = source;
    this.#moved = moved;
    this.#watched = watched;
    // Every git listens to it.
    setMaxListeners(0, this.#stop.signal);
    this.#reading = { silenceMs, stop: this.#stop.signal };
    this.#own = gitIn(source.path, this.#reading);
    this.#swift = swiftGitIn(source.path, this.#reading);
    this.#far = new FarRemote(source.path, keptAs, this.#reading);
    this.#upkeep = upkeepOf(source.path, join(source.gitFolder, 'objects'), {
      stop: this.#stop.signal,
    });
    this.#reader = this.#readerOf(source.path);
  }

  watchable(): string | null {
    if (this.#source.kind === 'own') return this.#source.gitFolder;
    return this.#source.kind === 'direct' ? gitFolderAt(this.#source.remotePath) : null;
  }

  close(): void {
    this.#stop.abort();
  }

  async poll(): Promise<Poll> {
    const { path, gitFolder } = this.#source;
    // Where a repository was moved away, git would take the one that lies around it instead.
    if (!existsSync(join(gitFolder, 'HEAD'))) throw new Error(`there is no repository at ${path}`);
    await this.#follow();
    const source = this.#source;
    const direct = source.kind === 'direct' ? await this.#pollDirect(source.remotePath) : null;
    if (direct !== null) return direct;

    this.#reader = this.#readerOf(path);
    if (source.kind === 'own') return this.#pollHome(path !== gitFolder);
    const refused = await this.#far.fetch(source.remote, globsOf(this.#watched));
    return this.#pollFetched(source.remote, refused);
  }

  async revList({ tips, known, earlier }: RevList): Promise<Described[]> {
    try {
      return await this.#reader.revList(tips, [...known, ...earlier]);
    } catch {
      // A force-push and a clean-up remove what was known: then what is left of it bounds the rev-list.
      const left = await this.#reader.present(known);
      return left.length === 0 ? [] : this.#reader.revList(tips, [...left, ...earlier]);
    }
  }

  sources(commit: Commit): Promise<CommitSources> {
    return this.#reader.sources(commit);
  }

  changed(commit: Commit, parents: readonly string[]): Promise<readonly string[] | null> {
    return this.#reader.changed(commit, parents).catch(() => null);
  }

  defaultBranch(): string {
    return this.#defaultBranch;
  }

  isDefaultBranch(branch: string): boolean | undefined {
    return this.#isDefaultThere ? branch === this.#defaultBranch : undefined;
  }

  /** The remote is where the settings say; whether the remote or the clone counts is settled. */
  async #follow(): Promise<void> {
    const settings = gitSettingsNow(this.#source.gitFolder);
    if (settings === this.#settings) return;
    const now = await sourceNow(this.#source, this.#swift);
    const isFollowed = this.#source.kind !== 'own';
    if (isFollowed && now.kind === 'own') {
      const remedy = 'add it again, or restart the observer to watch the branches of the clone';
      throw new Error(`the clone has no remote any more (${remedy})`);
    }
    const isNew = now.origin !== this.#configured.origin;
    this.#configured = now;
    if (isFollowed) this.#source = now;
    if (isNew && now.kind !== 'own') this.#moved(now, isFollowed);
    // Only what was found in them is done with.
    this.#settings = settings;
  }

  /** Null where the remote's own folder cannot be read: fetching may know a way, or says why. */
  async #pollDirect(remotePath: string): Promise<Poll | null> {
    const folder = gitFolderAt(remotePath);
    if (folder === null) {
      if (!existsSync(remotePath)) throw new Error(`the remote ${remotePath} is not there`);
      return null;
    }
    this.#reader = this.#readerOf(folder);
    try {
      return await this.#pollHome(false);
    } catch (error) {
      if (error instanceof GitFault && error.isSilence) throw error;
      // Whatever is wrong with that folder, git's own transport says it better, or copes.
      return null;
    }
  }

  #readerOf(folder: string): Reader {
    const reader = this.#readers.get(folder) ?? new Reader(folder, this.#reading);
    this.#readers.set(folder, reader);
    return reader;
  }

  /** `isWorkplace`: somebody works there. */
  async #pollHome(isWorkplace: boolean): Promise<Poll> {
    const { tips, broken, head } = await this.#read(home);
    return { tips: this.#inOrder(tips, head, isWorkplace), broken };
  }

  /** Where one branch at most has moved, the remote is not asked which comes first, if one is known to. */
  async #pollFetched(remote: string, refused: readonly Refused[]): Promise<Poll> {
    const poll = await this.#read(fetched);
    const missed = this.#brokenBy(refused);
    // Where it stood before, it is still kept.
    const isBrought = ({ branch }: { branch: string }) =>
      !missed.some((one) => one.branch === branch);
    const tips = poll.tips.filter(isBrought);
    const broken = [...poll.broken.filter(isBrought), ...missed];
    const moved = tips.filter(({ branch, commit }) => this.#before.get(branch) !== commit);
    this.#before = new Map(tips.map(({ branch, commit }) => [branch, commit]));
    if (moved.length > 0) this.#tend();
    const isKnown = defaultBranch(tips, this.#head, false) !== null;
    if (moved.length > 1 || (moved.length === 1 && !isKnown))
      this.#head = await remoteHead(this.#own, remote);
    return { tips: this.#inOrder(tips, this.#head, false), broken };
  }

  #inOrder(tips: readonly Tip[], head: string | null, isWorkplace: boolean): readonly Tip[] {
    const found = defaultBranch(tips, head, isWorkplace);
    this.#defaultBranch = found ?? head ?? customary[0];
    this.#isDefaultThere = found !== null;
    return defaultFirst(tips, head, isWorkplace);
  }

  /** What came may be one pack or file too many. Nobody waits for it. */
  #tend(): void {
    if (this.#isTending) return;
    this.#isTending = true;
    void this.#upkeep().then(() => {
      this.#isTending = false;
    });
  }

  #read(place: Place): Promise<PollWithHead> {
    return this.#reader.poll(place, patternsAt(place, this.#watched));
  }

  /** What of it is watched. */
  #brokenBy(refused: readonly Refused[]): Broken[] {
    const isWatched = matcherOf(patternsAt(home, this.#watched));
    const watched = refused.filter(({ ref }) => isWatched(ref));
    return watched.map(({ ref, reason }) => ({ branch: nameOf(ref), reason }));
  }
}
