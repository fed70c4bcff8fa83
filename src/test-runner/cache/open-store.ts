/**
 * Owns whether a runner caches anything, and where: in the folder that somebody named, or in the usual
 * one beside the checkouts, on whose disk copies cost least.
 */

import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../world/exit.js';
import { makeFolder } from '../../world/files.js';
import type { Tell } from '../../world/story.js';
import { makeOwn, userPlace } from '../checkout/place.js';
import { CacheStore } from './store.js';

export interface CacheOptions {
  /** `--cache`; null: the usual one. */
  readonly cache: string | null;
  /** 0: nothing is cached. */
  readonly cacheBytesMax: number;
}

/** `beside`: where the checkouts lie. Null where nothing is cached. Throws `UsageError`. */
export function openStore(
  { cache, cacheBytesMax: bytesMax }: CacheOptions,
  beside: string,
  guard: string,
  tell: Tell,
): CacheStore | null {
  if (bytesMax === 0) return null;
  const folder = resolve(cache ?? join(beside, 'cache'));
  try {
    // What another user may exchange would bring his programs into our runs.
    if (cache === null && beside === userPlace()) makeOwn(beside, 0o711);
    makeFolder(folder);
    return new CacheStore({ folder: realpathSync(folder), bytesMax, guard });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const what = `the folder ${folder} cannot be used for caches: ${message}`;
    if (cache !== null) throw new UsageError(`--cache: ${what}.`);
    tell({ event: 'no-caches', level: 'warn', msg: `nothing is cached: ${what}` });
    return null;
  }
}
