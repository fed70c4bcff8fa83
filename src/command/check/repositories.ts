/**
 * Owns the small git repositories of the stages: commits made in one go, whatever the user's settings
 * of git say. Never touches a repository that was there before.
 */

import { type Commit, parseCommit } from '../../protocol/ids.js';
import { makeFolder } from '../../world/files.js';
import { fedGitIn, gitIn } from '../../world/git.js';

/** A commit to be made: its subject, and what its tree holds besides what was there. */
export interface Planned {
  readonly subject: string;
  /** Each can be executed. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An empty repository whose branch is `main`. */
export async function emptyRepository(path: string, ...flags: '--bare'[]): Promise<void> {
  makeFolder(path);
  await gitIn(path)(['init', '--quiet', '-b', 'main', ...flags]);
}

/** A clone of it, with a work tree. */
export async function cloneOf(origin: string, path: string): Promise<void> {
  makeFolder(path);
  await gitIn(path, { allowFileProtocol: true })(['clone', '--quiet', origin, '.']);
}

/**
 * Makes these commits on `main`, upon `from`, or with no parent; where `main` was, does not matter.
 * Answers their ids, in this order.
 */
export async function commitTo(
  path: string,
  planned: readonly Planned[],
  from: Commit | null,
): Promise<Commit[]> {
  const reset = from === null ? 'reset refs/heads/main\n' : '';
  const stream = planned.map((each, index) => written(each, index === 0 ? from : null));
  await fedGitIn(path)(['fast-import', '--quiet', '--force'], [reset + stream.join('')]);
  const count = String(planned.length);
  const listed = await gitIn(path)(['rev-list', '--reverse', '--max-count', count, 'main']);
  return listed.trim().split('\n').map(commitIn);
}

/** Has the work tree show what is on `main`. */
export async function checkOut(path: string): Promise<void> {
  await gitIn(path)(['reset', '--quiet', '--hard', 'main']);
}

/** As `git fast-import` reads it. */
function written({ subject, files = {} }: Planned, from: Commit | null): string {
  const parent = from === null ? '' : `from ${from}\n`;
  const changes = Object.entries(files).map(
    ([path, text]) => `M 100755 inline ${path}\n${data(text)}`,
  );
  const who = 'committer Check <check@example.com> 1700000000 +0000\n';
  return `commit refs/heads/main\n${who}${data(subject)}${parent}${changes.join('')}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function commitIn(line: string): Commit {
  const commit = parseCommit(line);
  if (commit === null) throw new Error(`git printed "${line}" where a commit belongs`);
  return commit;
}
