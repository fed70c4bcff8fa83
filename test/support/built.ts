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
const projects = ['tsconfig.build.json', 'tsconfig.page.json'];

/** Whoever else builds at the same moment builds the same. */
export function setup(): void {
  const sources = ['src', 'tsconfig.json', ...projects].map((path) => join(root, path));
  if (existsSync(stamp) && Math.max(...sources.map(newest)) < statSync(stamp).mtimeMs) return;
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  for (const project of projects) {
    execFileSync(process.execPath, [compiler, '-p', join(root, project)], { stdio: 'inherit' });
  }
  writeFileSync(stamp, '');
}

/** When it, or anything below it, was changed last: a folder is by what leaves it. */
function newest(path: string): number {
  const stat = statSync(path);
  const below = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(stat.mtimeMs, ...below);
}
