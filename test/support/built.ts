/**
 * Owns what tests need built: our programs, which they start by their launchers, and the page's modules,
 * which a dispatcher serves also where it runs from its sources. All is built once before the first test,
 * if it is older than its sources.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const stamp = join(root, 'dist/built');

/** Whoever else builds at the same moment builds the same. */
export function setup(): void {
  const sources = [
    'src',
    'scripts/build.ts',
    'tsconfig.json',
    'tsconfig.page.json',
    'package.json',
  ];
  if (
    existsSync(stamp) &&
    Math.max(...sources.map((path) => newest(join(root, path)))) < statSync(stamp).mtimeMs
  )
    return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, '');
}

/** When it, or anything below it, was changed last: a folder is by what leaves it. */
function newest(path: string): number {
  const stat = statSync(path);
  const below = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(stat.mtimeMs, ...below);
}
