/**
 * Owns Trivet as its package brings it: packed as it stands on disk, and installed into an empty
 * folder by npm. Never packs in the repository itself, whose dist others are using.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Not copied: what is built, what belongs to git, and what a dispatcher may have left here. */
const left = new Set(['node_modules', '.git', 'dist', '.trivet', 'test_results', 'coverage']);

export interface Package {
  readonly tarball: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

/** What `npm pack` makes of the repository. `strays`: files that lie about in it by then. */
export function pack(folder: string, strays: readonly string[]): Package {
  const sources = join(folder, 'sources');
  cpSync(root, sources, { recursive: true, filter: (path) => !left.has(relative(root, path)) });
  symlinkSync(realpathSync(join(root, 'node_modules')), join(sources, 'node_modules'));
  for (const stray of strays) {
    mkdirSync(dirname(join(sources, stray)), { recursive: true });
    writeFileSync(join(sources, stray), 'not for others');
  }
  const answer = npm(sources, 'pack', '--json', '--silent', '--pack-destination', folder);
  const [packed] = JSON.parse(answer) as [{ filename: string; files: { path: string }[] }];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** Installs it as npm does that lets no package build itself; the rest is `build`'s. */
export function install(tarball: string, folder: string): void {
  mkdirSync(folder);
  npm(folder, 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', tarball);
}

/**
 * Brings better-sqlite3 what it compiles: the very file that `npm ci` had it compile here, where it is
 * the same release, as that takes minutes.
 */
export function build(folder: string): void {
  const [ours, theirs] = [root, folder].map((at) => join(at, 'node_modules/better-sqlite3'));
  if (ours === undefined || theirs === undefined) return;
  if (versionOf(ours) !== versionOf(theirs)) npm(folder, 'rebuild', 'better-sqlite3');
  else cpSync(join(ours, 'build/Release'), join(theirs, 'build/Release'), { recursive: true });
}

/** What a command of a user's sees: npm's own cache and settings, and nothing of the npm that runs us. */
export const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRIVET_|npm_|INIT_CWD)/.test(name)),
  ),
  HOME: userInfo().homedir,
};

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, env: environment, encoding: 'utf8', stdio: 'pipe' });
}

function versionOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return version;
}
