/**
 * Owns what a command knows of the place where it was typed: the workflow files as they lie there,
 * uncommitted changes included, and the commit that git would call HEAD.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileCharactersMax } from '../workflow/limits.js';
import type { Occasion } from '../workflow/occasion.js';
import { chooseSources, type SourceFile } from '../workflow/sources.js';
import { openClone, slugOf } from '../world/clone.js';
import { UsageError } from '../world/exit.js';
import { type Git, gitIn } from '../world/git.js';

/** The files that are this folder's workflows. A `UsageError` where there is none. */
export function workflowFiles(top: string): SourceFile[] {
  const within = (folder: string) => listed(join(top, folder)).map((name) => `${folder}/${name}`);
  const paths = [...listed(top), ...within('.trivet'), ...within('.woodpecker')];
  const { chosen, surplus } = chooseSources(paths);
  if (surplus > 0) throw new UsageError(`There are ${surplus} workflow files more than are read.`);
  if (chosen.length > 0) return chosen.map((path) => readSource(top, path));
  throw new UsageError(
    `There is no workflow file in ${top}: expected is .trivet.yml, .trivet/*.yml, .woodpecker.yml, .woodpecker/*.yml or .drone.yml.`,
  );
}

/** A file by the name that was typed; it is called as it lies below `top`. */
export function readSource(top: string, path: string): SourceFile {
  const absolute = resolve(top, path);
  try {
    // What is far too long is told of by its first part.
    const size = statSync(absolute).size;
    const text =
      size > fileCharactersMax * 4
        ? ' '.repeat(fileCharactersMax + 1)
        : readFileSync(absolute, 'utf8');
    return { path: relative(top, absolute).split(sep).join('/'), text };
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is not there, or no folder: then nothing is in it.
    return [];
  }
}

/** The occasion of a push of HEAD. Outside of a clone little is known of it. */
export async function headOf(folder: string): Promise<{ top: string; occasion: Occasion }> {
  const clone = await openClone(folder).catch((error) => {
    if (error instanceof UsageError) return null;
    throw error;
  });
  if (clone === null) return { top: folder, occasion: unknownOccasion };
  const git = gitIn(clone.path);
  const asked = (...args: string[]) =>
    git(args).then(
      (text) => text.trimEnd(),
      () => '',
    );
  const [branch, defaultRef, logged] = await Promise.all([
    asked('symbolic-ref', '--short', '-q', 'HEAD'),
    asked('symbolic-ref', '--short', '-q', 'refs/remotes/origin/HEAD'),
    asked('log', '-1', '--format=%H%x00%an%x00%ae%x00%B', 'HEAD'),
  ]);
  const [commit = '', author = '', authorEmail = '', message = ''] = logged.split('\0');
  const origin = clone.origin ?? '';
  return {
    top: clone.path,
    occasion: {
      ...unknownOccasion,
      repository: slugOf(origin) || slugOf(clone.path),
      cloneUrl: origin,
      defaultBranch: defaultRef.replace(/^[^/]*\//, '') || 'main',
      commit,
      branch,
      ref: refOf(branch),
      message,
      author,
      authorEmail,
      paths: await changedPaths(git),
    },
  };
}

/** Without a branch HEAD is detached, and is called as git calls it. */
export function refOf(branch: string): string {
  return branch === '' ? 'HEAD' : `refs/heads/${branch}`;
}

/** What HEAD changed, and what lies there changed since. */
async function changedPaths(git: Git): Promise<string[] | null> {
  const names = (...args: string[]) => git(args).then((text) => text.split('\0').filter(Boolean));
  try {
    const [committed, since, untracked] = await Promise.all([
      names('diff-tree', '--root', '--no-commit-id', '--name-only', '-r', '-z', 'HEAD'),
      names('diff', '--name-only', '-z', 'HEAD'),
      names('ls-files', '--others', '--exclude-standard', '-z'),
    ]);
    return [...new Set([...committed, ...since, ...untracked])];
  } catch {
    // There is no commit yet: then no path is held against anything.
    return null;
  }
}

const unknownOccasion: Occasion = {
  event: 'push',
  repository: '',
  cloneUrl: '',
  defaultBranch: 'main',
  commit: '0'.repeat(40),
  branch: 'main',
  ref: 'refs/heads/main',
  message: '',
  author: '',
  authorEmail: '',
  paths: null,
  cron: '',
  deployTarget: '',
  pullRequest: null,
  instance: '',
  platform: '',
  variables: {},
};
