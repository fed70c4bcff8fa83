/**
 * Owns how the git folder of a repository on this machine is found from its path, for observer and
 * runner alike, with git's own spellings: the path, `<path>/.git`, `<path>.git`, and the file that
 * stands in a work tree or a submodule in place of a `.git` folder. Never asks git, changes nothing.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** git's own rule: a colon before the first slash makes it a host, unless it is an URL anyway. */
export function isLocalPath(url: string): boolean {
  return !/^[^/]*:/.test(url);
}

/**
 * Where the branches and objects of the repository at that absolute path lie; of linked work
 * trees, the folder that they share. Null where there is none, or a bundle: git must read that.
 */
export function gitFolderAt(path: string): string | null {
  // The order is that of git's own transport.
  const places = [join(path, '.git'), path, join(`${path}.git`, '.git'), `${path}.git`];
  const folder = places.map(folderMeantBy).find((folder) => existsSync(join(folder, 'HEAD')));
  if (folder === undefined) return null;
  const common = wordsIn(join(folder, 'commondir')).trimEnd();
  return common === '' ? folder : resolve(folder, common);
}

/** A path and a few words; what is longer is something else, a bundle most likely. */
const linkBytesMax = 8_192;

function folderMeantBy(place: string): string {
  const [, meant] = /^gitdir: (.+?)\n*$/s.exec(wordsIn(place)) ?? [];
  return meant === undefined ? place : resolve(dirname(place), meant);
}

function wordsIn(file: string): string {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= linkBytesMax ? readFileSync(file, 'utf8') : '';
  } catch {
    // Not there, or not for us to read: git, which is asked next, says so.
    return '';
  }
}
