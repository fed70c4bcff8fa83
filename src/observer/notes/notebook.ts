/**
 * Owns the notes of a clone in git: `refs/notes/trivet`, there and at its remote. One command after the
 * other. Never touches what belongs to the clone's user: no other notes, no branch, no FETCH_HEAD.
 */

import type { Commit } from '../../protocol/ids.js';
import { type FedGit, fedGitIn, type Git, GitFault, gitIn } from '../../world/git.js';
import { noted, type Says } from './note.js';

/** As in `git log --notes=trivet`. */
const notes = '--ref=trivet';
const ref = 'refs/notes/trivet';

/** The remote's, while they are merged with ours. */
const theirs = 'refs/trivet/notes';

/** Others push too: between our fetch and our push somebody may have been faster. */
const pushesMax = 5;

/** A git that has said nothing for so long is ended. */
const silenceMs = 30_000;

/** Whose notes they are: a clone that nobody works in knows no name. */
const settings = ['user.name=Trivet', 'user.email=trivet@localhost', 'commit.gpgSign=false'];

export class Notebook {
  readonly #git: Git;
  readonly #fed: FedGit;

  constructor(folder: string, stop: AbortSignal) {
    const options = { silenceMs, stop, settings };
    this.#git = gitIn(folder, options);
    this.#fed = fedGitIn(folder, options);
  }

  /**
   * Writes that into the note on a commit, which need not be there yet. False: the clone can have no
   * commit of that id. Rejects with git's words.
   */
  async write(commit: Commit, says: Says): Promise<boolean> {
    const before = await this.#read(commit);
    if (before === null) return false;
    const after = noted(before, says);
    if (after === before) return true;
    await this.#fed(['notes', notes, 'add', '--force', '--file=-', commit], after.split('\n'));
    return true;
  }

  /** Pushes all notes. Where the remote has others, ours are merged with them; then it answers true. */
  async push(remote: string): Promise<boolean> {
    let isMerged = false;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#git(['push', '--quiet', '--', remote, `${ref}:${ref}`]);
        return isMerged;
      } catch (error) {
        if (!(error instanceof GitFault) || error.isSilence || tries === pushesMax) throw error;
        // Whatever the push failed of, a remote without notes, or without an answer, has said it best.
        if (!(await this.#isMerged(remote))) throw error;
        isMerged = true;
      }
    }
  }

  /** Null: that is no id here. Of SHA-1 and SHA-256 a clone knows one, and anybody may type the other. */
  async #read(commit: Commit): Promise<string | null> {
    try {
      return (await this.#git(['notes', notes, 'show', commit])).trimEnd();
    } catch (error) {
      if (error instanceof GitFault && /no note found/i.test(error.message)) return '';
      if (error instanceof GitFault && /failed to resolve/i.test(error.message)) return null;
      throw error;
    }
  }

  /** False: there is nothing to merge with. */
  async #isMerged(remote: string): Promise<boolean> {
    const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
    const fetched = await this.#git([
      ...['fetch', ...quiet, '--refmap=', '--', remote, `+${ref}:${theirs}`],
    ]).then(
      () => true,
      () => false,
    );
    if (fetched) await this.#git(['notes', notes, 'merge', '--strategy=cat_sort_uniq', theirs]);
    return fetched;
  }
}
