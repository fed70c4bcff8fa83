/**
 * Owns repositories for tests that a clone's origin on this machine may name in every way that git
 * itself understands.
 */

import { join } from 'node:path';
import type { Commit } from '../../src/protocol/ids.js';
import { makeBare, makeClone, makeRepository, temporaryFolder } from './git.js';

interface Origin {
  /** What the clone's configuration holds. */
  readonly url: string;
  /** Where branches and objects lie; null where only git can read them. */
  readonly folder: string | null;
  readonly commit: Commit;
}

export const originsOfEverySpelling: readonly [string, () => Origin][] = [
  ['a bare repository whose .git is left out', bareWithoutEnding],
  ['a work tree', workTree],
  ['a linked work tree', linkedWorkTree],
  ['a submodule', submodule],
  ['a bundle', bundle],
];

function bareWithoutEnding(): Origin {
  const bare = makeBare();
  const author = makeClone(bare.path);
  const commit = author.commit('first');
  author.push();
  return { url: bare.path.replace(/\.git$/, ''), folder: bare.path, commit };
}

function workTree(): Origin {
  const { path, commit } = makeRepository();
  return { commit: commit('first'), url: path, folder: join(path, '.git') };
}

function linkedWorkTree(): Origin {
  const main = makeRepository();
  main.commit('first');
  const url = join(temporaryFolder(), 'linked');
  main.git('worktree', 'add', '-q', '-b', 'linked', url);
  const commit = main.commit('second');
  return { url, folder: join(main.path, '.git'), commit };
}

function submodule(): Origin {
  const library = makeRepository();
  const commit = library.commit('first');
  const { path, git } = makeRepository(join(temporaryFolder(), 'super'));
  git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.path, 'lib');
  return { url: join(path, 'lib'), folder: join(path, '.git', 'modules', 'lib'), commit };
}

function bundle(): Origin {
  const { commit, git } = makeRepository();
  const first = commit('first');
  const url = join(temporaryFolder(), 'demo.bundle');
  git('bundle', 'create', '-q', url, 'main');
  return { url, folder: null, commit: first };
}
