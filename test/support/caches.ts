/**
 * Owns caches for tests: a store in a temporary folder, and runs that bring folders back and save them.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { platformOf, type Scopes, type Wanted } from '../../src/test-runner/cache/entry.js';
import { RunCaches } from '../../src/test-runner/cache/run-caches.js';
import { CacheStore } from '../../src/test-runner/cache/store.js';
import { temporaryFolder } from './git.js';

/** What a runner has of a cache's folder. */
export function storeIn(folder = temporaryFolder(), bytesMax = 1e9): CacheStore {
  const store = new CacheStore({ folder, bytesMax, guard: 'none-stands-here' });
  onTestFinished(() => store.close());
  return store;
}

export const main: Scopes = { own: 'refs/heads/main', others: [] };

/** Of any other branch. */
export function scopeOf(branch: string): Scopes {
  return { own: `refs/heads/${branch}`, others: ['refs/heads/main'] };
}

/** A cache of one folder. */
export function folderBy(key: string, fallback: readonly string[] = [], path = 'deps'): Wanted {
  return { platform: platformOf(), key, fallback, paths: [path] };
}

/** A run in a checkout of its own. */
export function cachedRun(store: CacheStore, scopes: Scopes = main, tree = temporaryFolder()) {
  let log = '';
  const say = (line: string) => {
    log += `${line}\n`;
  };
  const time = { signal: new AbortController().signal, nowMs: () => performance.now() };
  const caches = new RunCaches(store, { tree, repository: 'demo', scopes }, time);
  const said = {
    restore: (wanted: Wanted) => caches.restore(wanted, say),
    setAside: () => caches.setAside(say),
    save: () => caches.save(say),
    clear: () => caches.clear(),
    close: () => caches.close(),
  };
  return { caches: said, tree, log: () => log };
}

/** Writes texts below a folder, by their paths. */
export function write(folder: string, texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A green run that makes a folder, of that text, and saves it; answers its log. */
export async function save(
  store: CacheStore,
  text: string,
  wanted: Wanted,
  scopes: Scopes = main,
): Promise<string> {
  const { caches, tree, log } = cachedRun(store, scopes);
  await caches.restore(wanted);
  write(tree, { [`${wanted.paths[0]}/made`]: text });
  await caches.save();
  caches.close();
  return log();
}
