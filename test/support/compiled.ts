/**
 * Owns the three processes as their package has them, compiled once for a test's file: for tests that
 * start them dozens of times, each of which would else be compiled as it starts.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The folder with `dispatcher.js`, `observer.js` and `test-runner.js`; gone after the file's tests. */
export function compiled(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-compiled-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['dispatcher.js', 'observer.js', 'test-runner.js', 'package.json']) {
    cpSync(join(root, name), join(folder, name));
  }
  const modules = join(root, 'node_modules');
  symlinkSync(realpathSync(modules), join(folder, 'node_modules'));
  // The dispatcher serves a page: its styles are sources, its modules are built before all tests.
  symlinkSync(join(root, 'src'), join(folder, 'src'));
  const compiler = join(modules, 'typescript/bin/tsc');
  const places = ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')];
  execFileSync(process.execPath, [compiler, ...places, '--sourceMap', 'false']);
  const page = join(folder, 'dist/web/page');
  rmSync(page, { recursive: true, force: true });
  symlinkSync(join(root, 'dist/web/page'), page);
  return folder;
}
