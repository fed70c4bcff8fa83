/**
 * Owns what a person may call a commit in a clone: a branch, a tag, HEAD, an id or its beginning; and
 * behind a colon one of its jobs. What the clone does not know, the dispatcher may.
 */

import { type Abbreviation, type Commit, parseJobName, parseRevision } from '../protocol/ids.js';
import { UsageError } from '../world/exit.js';
import { GitFault, gitIn } from '../world/git.js';

export interface Named {
  readonly commit: Commit | Abbreviation;
  /** Null: all of them. */
  readonly job: string | null;
}

/** What is meant in the folder where the command was typed. Throws `UsageError`. */
export async function commitNamed(text: string, folder = process.cwd()): Promise<Named> {
  const [name = '', ...rest] = text.split(':');
  const job = rest.length === 0 ? null : parseJobName(rest.join(':'));
  if (job === null && rest.length > 0) {
    throw new UsageError(`"${rest.join(':')}" is no name of a job: it is written <commit>:<job>.`);
  }
  return { commit: await revisionOf(name, folder), job };
}

/** As people write it: `1a2b3c4:lint`. */
export function shown({ commit, job }: Named): string {
  return job === null ? commit.slice(0, 7) : `${commit.slice(0, 7)}:${job}`;
}

/** git is asked first, as it is to be meant here; it may not have heard of the commit. */
async function revisionOf(name: string, folder: string): Promise<Commit | Abbreviation> {
  const git = gitIn(folder);
  let isClone = true;
  for (const ref of isSafe(name) ? [name, `origin/${name}`] : []) {
    const found = await git(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`]).catch(
      (error: unknown) => {
        if (!(error instanceof GitFault)) throw error;
        isClone &&= !error.message.includes('not a git repository');
        return '';
      },
    );
    const commit = parseRevision(found.trim());
    if (commit !== null) return commit;
  }
  const beginning = parseRevision(name);
  if (beginning !== null) return beginning;
  throw new UsageError(
    isClone
      ? `There is no commit "${name}" in the clone here: name a branch, a tag, or an id.`
      : `There is no clone here that knows "${name}": name a commit by its id, or by its page.`,
  );
}

/** Neither an option nor a file of a commit. */
function isSafe(name: string): boolean {
  return /^[^-:\s\p{Cc}][^:\s\p{Cc}]*$/u.test(name);
}
