/**
 * Owns the question whether git's settings are still what they were: those of the system, of the user
 * and of a repository, with all that they include. Reads no setting; git does. Starts no process.
 */

import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Another one whenever somebody changes the system's or the user's settings, or those in `gitFolder`. */
export function gitSettingsNow(gitFolder: string | null = null): string {
  const {
    HOME: home = homedir(),
    XDG_CONFIG_HOME,
    GIT_CONFIG_SYSTEM,
    GIT_CONFIG_GLOBAL,
  } = process.env;
  const ofUser = [
    join(home, '.gitconfig'),
    join(XDG_CONFIG_HOME ?? join(home, '.config'), 'git', 'config'),
  ];
  const ofRepository = ['config', 'config.worktree'].map((name) => join(gitFolder ?? '', name));
  const files = [
    GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
    ...(GIT_CONFIG_GLOBAL === undefined ? ofUser : [GIT_CONFIG_GLOBAL]),
    ...(gitFolder === null ? [] : ofRepository),
  ];
  return files.flatMap((file) => identities(file, home, includedMost)).join(', ');
}

/** As deep as git itself follows them. */
const includedMost = 10;

/** Of each file, what it was when it was last read, and which files it includes. */
const known = new Map<string, { readonly identity: string; readonly included: string[] }>();

/** Of that file and of those that it includes, under a condition or without. */
function identities(file: string, home: string, deeper: number): string[] {
  const identity = identityOf(file);
  if (deeper === 0 || identity === null) return [`${identity}`];
  let found = known.get(file);
  if (found?.identity !== identity) {
    found = { identity, included: includedIn(file, home) };
    known.set(file, found);
  }
  return [identity, ...found.included.flatMap((path) => identities(path, home, deeper - 1))];
}

function includedIn(file: string, home: string): string[] {
  const text = textOf(file);
  // Nearly nobody includes anything.
  if (!/^\s*\[include/im.test(text)) return [];
  const named = [...text.matchAll(/^\s*path\s*=\s*"?([^"\n]+?)"?\s*$/gim)];
  return named.map(([, path = '']) => resolve(dirname(file), path.replace(/^~(?=\/)/, home)));
}

/** A file that may not be read says nothing: git goes on without it. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Null where there is no such file. */
function identityOf(file: string): string | null {
  const found = statOf(file);
  return found?.isFile() === true ? `${found.ino} ${found.mtimeNs} ${found.size}` : null;
}

function statOf(file: string): BigIntStats | null {
  try {
    return statSync(file, { bigint: true });
  } catch {
    return null;
  }
}
