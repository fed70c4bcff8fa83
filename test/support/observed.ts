/**
 * Owns repositories as an observer finds them: a remote, somebody who pushes to it, and a clone.
 */

import { onTestFinished } from 'vitest';
import { openRepository, type Repository } from '../../src/observer/repository.js';
import { findSource } from '../../src/observer/source.js';
import type { Commit } from '../../src/protocol/ids.js';
import { makeClone, makeRemote, type TestRepository } from './git.js';

/** The repository as the observer reads it; `branches` are globs, none means all. */
export async function open(
  { path }: TestRepository,
  branches: readonly string[] = [],
  refs: readonly string[] = [],
): Promise<Repository> {
  const repository = openRepository(await findSource(path), { branches, refs });
  onTestFinished(() => repository.close());
  return repository;
}

/** A bare remote, one who pushes to it, and the clone that is observed, by path or by URL. */
export function trio(way: 'direct' | 'fetch', clonePath?: string) {
  const { remote, author } = makeRemote();
  const first: Commit = author.commit('first');
  author.push();
  const url = way === 'direct' ? remote.path : `file://${remote.path}`;
  return { remote, author, first, clone: makeClone(url, clonePath) };
}
