/**
 * Owns what is known of a clone before anything is done with it: where its parts lie, where it
 * came from, what it is called. Never changes it.
 */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { namePattern } from '../protocol/ids.js';
import { UsageError } from './exit.js';
import { type Git, GitFault, gitIn, gitNotFound } from './git.js';
import { gitFolderAt, isLocalPath } from './git-folder.js';

export interface Clone {
  /** The work tree's top, or the bare repository. */
  readonly path: string;
  readonly gitDir: string;
  /** The folder that holds its objects; worktrees of one clone share it. */
  readonly objects: string;
  readonly format: 'sha1' | 'sha256';
  /** The remote that it follows: `origin`, or the only one that there is; else null. */
  readonly remote: string | null;
  /** That remote's URL, or its absolute path; null where there is none. */
  readonly origin: string | null;
  /** The same as the user spells it (`insteadOf`): submodules with a relative URL lie beside that. */
  readonly spelled: string | null;
  /** The origin's git directory where its objects can be read without a fetch; else null. */
  readonly originFolder: string | null;
  /** Whether it lacks objects, which its remote promised to have (`git clone --filter`). */
  readonly isPartial: boolean;
}

/** Looks at the repository at `path`. A `UsageError` says what to do where there is none. */
export async function openClone(path: string): Promise<Clone> {
  assertFolder(path);
  const git = gitIn(path);
  const printed = await git([
    'rev-parse',
    ...['--absolute-git-dir', '--show-object-format', '--is-bare-repository'],
    ...['--git-path', 'objects'],
  ]).catch((error) => {
    if (!(error instanceof GitFault)) throw error;
    if (error.message === gitNotFound) throw new UsageError(`${gitNotFound}.`);
    // There may be one that git does not touch, as another user's: its words are the remedy.
    const isNone = error.message.includes('not a git repository');
    const what = isNone ? 'is not a git repository' : 'cannot be used as a clone';
    throw new UsageError(`${path} ${what}: ${error.message}`);
  });
  // Paths may hold line breaks themselves.
  const parts = /^(.+)\n(sha1|sha256)\n(true|false)\n(.+)\n$/s.exec(printed);
  const [, gitDir, format, bare, objects] = parts ?? [];
  if (gitDir === undefined || objects === undefined) throw new Error('rev-parse said too little');
  const top = bare === 'true' ? gitDir : withoutEnd(await git(['rev-parse', '--show-toplevel']));
  const { remote, origin } = await followed(git, top);
  const isPartial = await git(['config', '--get-regexp', '^remote\\..*\\.promisor$']).then(
    (text) => / true$/m.test(text),
    // Nothing is set.
    () => false,
  );
  return {
    path: top,
    gitDir,
    objects: resolve(path, objects),
    format: format === 'sha256' ? 'sha256' : 'sha1',
    remote,
    origin,
    spelled: origin === null ? null : await spelling(git, { path: top, remote, origin }),
    originFolder: origin !== null && isLocalPath(origin) ? gitFolderAt(origin) : null,
    isPartial,
  };
}

/** What git printed as one path, which may end with a blank. */
export function withoutEnd(printed: string): string {
  return printed.replace(/\n$/, '');
}

function assertFolder(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  } catch (error) {
    throw new UsageError(`The folder ${path} cannot be opened: ${(error as Error).message}.`);
  }
  throw new UsageError(`There is no folder ${path}: name a clone of your repository.`);
}

/** The remote that a clone with that top follows; the one that it did `before`, if that is there. */
export async function followed(
  git: Git,
  top: string,
  before: string | null = null,
): Promise<Pick<Clone, 'remote' | 'origin'>> {
  // What git's own settings make of the URLs (`insteadOf`) is in them.
  const printed = await git(['remote', '-v']);
  const remotes = new Map<string | null, string>();
  for (const [, name = '', url = ''] of printed.matchAll(/^(.+)\t(.+) \(fetch\)/gm)) {
    remotes.set(name, isLocalPath(url) ? resolve(top, url) : url);
  }
  const lone = remotes.size === 1 ? [...remotes.keys()] : [];
  const remote = [before, 'origin', ...lone].find((name) => remotes.has(name)) ?? null;
  // None is no fault: such a repository is pushed to, or committed in.
  return { remote, origin: remotes.get(remote) ?? null };
}

/**
 * A checkout hears the user's settings and none of the clone's: where it would not come from there to
 * the origin, the origin itself.
 */
async function spelling(
  git: Git,
  { path, remote, origin }: { path: string; remote: string | null; origin: string },
): Promise<string> {
  const urls = await git(['config', '--get-all', `remote.${remote}.url`]).catch(() => '');
  const [url = ''] = urls.split('\n');
  if (url === '' || isLocalPath(url) || url === origin) return origin;
  const meant = await gitIn('/')(['ls-remote', '--get-url', '--', url]).catch(() => '');
  const there = withoutEnd(meant);
  return (isLocalPath(there) ? resolve(path, there) : there) === origin ? url : origin;
}

/**
 * The last part of the origin's URL without `.git`, fit to be a name on the wire. A bare repository
 * is what others clone, and is called as they call it: after its own path (decision 13).
 */
export function repositoryName({
  origin,
  path,
  gitDir,
}: Pick<Clone, 'origin' | 'path' | 'gitDir'>): string {
  const isBare = path === gitDir;
  const source = ((isBare ? null : origin) ?? path).replace(/[/\\]+$/, '').replace(/\/?\.git$/, '');
  return wireNameOf(basename(source.replace(/^[^/]*:(?!\/\/)/, '/')));
}

/**
 * A name as the wire takes it (see `namePattern`). What it does not take becomes dashes; then a piece
 * of the true name's hash keeps apart what now reads the same.
 */
function wireNameOf(name: string): string {
  // Unicode spells one name in several ways, and file systems change between them.
  const composed = name.normalize('NFC');
  if (namePattern.test(composed)) return composed;
  if (name === '') return 'repository';
  const readable = composed.replace(/[^\p{L}\p{M}\p{N}._:@+-]+/gu, '-').replace(/^-+|-+$/g, '');
  const hash = createHash('sha256').update(composed).digest('hex').slice(0, 8);
  return `${readable.slice(0, 91) || 'repository'}-${hash}`;
}

/** `team/demo`, of `https://git.example.org/team/demo.git` or `git@git.example.org:team/demo`. */
export function slugOf(url: string): string {
  const parts = url
    .replace(/\/?\.git$/, '')
    .split(/[/:]/)
    .filter(Boolean);
  return parts.slice(/^(?:\/|$)/.test(url) ? -1 : -2).join('/');
}

/** The URL without a user's name or password: what others are told of it. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z+.-]*:\/\/)[^/@]*@/i, (whole, scheme: string) =>
    /^(?:git\+)?ssh:/i.test(scheme) ? whole.replace(/:[^/@:]*@$/, '@') : scheme,
  );
}
