/**
 * Owns the question where the truth about the branches lies, at the start and from then on:
 * `direct`  the remote is a local path: its refs and objects are read where they are
 * `fetch`   the remote is far: its branches are fetched into a namespace of our own
 * `own`     there is no remote, or the repository is bare: its own branches count
 */

import { type Clone, followed, openClone, repositoryName, withoutEnd } from '../world/clone.js';
import { type Git, gitIn } from '../world/git.js';
import { isLocalPath } from '../world/git-folder.js';

interface Place {
  /** The repository's top folder, as git names it. */
  readonly path: string;
  /** Its git folder; of linked work trees, the one that they share. */
  readonly gitFolder: string;
  /** How the repository is called on the wire, unless it is told otherwise. */
  readonly name: string;
  /** The remote's URL or absolute path, if there is a remote. */
  readonly origin: string | null;
}

export type Source = Place &
  (
    | { readonly kind: 'direct'; readonly remote: string; readonly remotePath: string }
    | { readonly kind: 'fetch'; readonly remote: string }
    | { readonly kind: 'own' }
  );

/** Finds the source of the repository at `given`. Throws a `UsageError` where there is none. */
export async function findSource(given: string): Promise<Source> {
  const clone = await openClone(given);
  const { path } = clone;
  const git = gitIn(path);
  const printed = await git(['rev-parse', '--path-format=absolute', '--git-common-dir']);
  return sourceAt({ path, gitFolder: withoutEnd(printed) }, clone);
}

/** The same source as the clone's configuration has it by now. */
export async function sourceNow(source: Source, git: Git): Promise<Source> {
  const before = source.kind === 'own' ? null : source.remote;
  return sourceAt(source, await followed(git, source.path, before));
}

function sourceAt(
  { path, gitFolder }: Pick<Place, 'path' | 'gitFolder'>,
  { remote, origin }: Pick<Clone, 'remote' | 'origin'>,
): Source {
  const name = repositoryName({ origin, path, gitDir: gitFolder });
  const place = { path, gitFolder, name, origin };
  const isBare = path === gitFolder;
  if (isBare || remote === null || origin === null) return { ...place, kind: 'own' };
  if (!isLocalPath(origin)) return { ...place, kind: 'fetch', remote };
  return { ...place, kind: 'direct', remote, remotePath: origin };
}
