/**
 * Owns the page's modules for tests: a dispatcher serves them as tsc made them, also one that runs from its
 * sources. They are made once before all tests, if they are older than their sources.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const stamp = join(root, 'dist/web/page/built');

/** Whoever else makes them at the same moment makes the same. */
export function setup(): void {
  const sources = [join(root, 'src/web/page'), join(root, 'tsconfig.page.json')];
  if (existsSync(stamp) && Math.max(...sources.map(newest)) < statSync(stamp).mtimeMs) return;
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const project = join(root, 'tsconfig.page.json');
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  writeFileSync(stamp, '');
}

/** When it, or anything below it, was changed last: a folder is by what leaves it. */
function newest(path: string): number {
  const stat = statSync(path);
  const below = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(stat.mtimeMs, ...below);
}
