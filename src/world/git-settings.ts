/**
 * Owns the question whether git's settings are still what they were: those of the system, of the user
 * and of a repository, with all that they include. Reads no setting; git does. Starts no process.
 */

import { readFileSync, statSync } from 'node:fs';
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
  return files
    .flatMap((file) => withIncluded(file, home, includedMost))
    .map(identityOf)
    .join(', ');
}

/** As deep as git itself follows them. */
const includedMost = 10;

/** That file and those that it includes, under a condition or without. */
function withIncluded(file: string, home: string, deeper: number): string[] {
  if (deeper === 0 || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [file];
  const text = readFileSync(file, 'utf8');
  // Nearly nobody includes anything.
  if (!/^\s*\[include/im.test(text)) return [file];
  const named = [...text.matchAll(/^\s*path\s*=\s*"?([^"\n]+?)"?\s*$/gim)];
  const included = named.map(([, path = '']) =>
    resolve(dirname(file), path.replace(/^~(?=\/)/, home)),
  );
  return [file, ...included.flatMap((path) => withIncluded(path, home, deeper - 1))];
}

function identityOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.mtimeNs} ${found.size}`;
}
