/**
 * Owns what an entry of a cache is called, and which of those that are kept will do for a run. Pure: what
 * is there it is told. An entry never changes: another content has another key.
 *
 * A key is a text of parts, a file's with a hash of its content: `v2/package-lock.json:5f3a…`.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod';

/** One cache that a run wants. */
export interface Wanted {
  /** For what it is made: operating system, processor, images. */
  readonly platform: string;
  readonly key: string;
  /** In this order: the newest whose key begins with it will do, where the key itself is not there. */
  readonly fallback: readonly string[];
  /** In the checkout. */
  readonly paths: readonly string[];
}

/** Which entries a run may read, and which it makes. */
export interface Scopes {
  /** Where it writes, and reads first. */
  readonly own: string;
  /** Where it reads besides: what is trusted more. */
  readonly others: readonly string[];
}

export const entry = z.object({
  repository: z.string(),
  scope: z.string(),
  platform: z.string(),
  key: z.string(),
  paths: z.array(z.string()).readonly(),
  /** Those that were there when it was saved, by their place in `paths`. */
  present: z.array(z.number().int().min(0)).readonly(),
  /** On this disk. */
  bytes: z.number().min(0),
});

export type Entry = z.infer<typeof entry>;
export type Identity = Omit<Entry, 'present' | 'bytes'>;

/** One that is kept. */
export interface Kept {
  readonly id: string;
  readonly entry: Entry;
  readonly usedAtMs: number;
}

/** This machine's; with the images in which a job's steps run, where they have any. */
export function platformOf(images: readonly string[] = []): string {
  return [`${process.platform}-${process.arch}`, ...new Set(images)].join(' ');
}

/** Who asks for the same gets the same; fit to be the name of a folder. */
export function entryId({ repository, scope, platform, key, paths }: Identity): string {
  const spelled = JSON.stringify([repository, scope, platform, key, paths]);
  return createHash('sha256').update(spelled).digest('hex').slice(0, 40);
}

/** The entries that are for exactly that, the run's own before the others'. */
export function identities(repository: string, wanted: Wanted, scopes: Scopes): Identity[] {
  const { platform, key, paths } = wanted;
  return inOrder(scopes).map((scope) => ({ repository, scope, platform, key, paths }));
}

/** An older one that will do; undefined where there is none. */
export function fallbackOf(
  kept: readonly Kept[],
  repository: string,
  wanted: Wanted,
  scopes: Scopes,
): Kept | undefined {
  const newestFirst = [...kept].sort((a, b) => b.usedAtMs - a.usedAtMs);
  const fits = ({ entry }: Kept) =>
    entry.repository === repository &&
    entry.platform === wanted.platform &&
    JSON.stringify(entry.paths) === JSON.stringify(wanted.paths);
  const ours = newestFirst.filter(fits);
  for (const beginning of wanted.fallback) {
    for (const scope of inOrder(scopes)) {
      const found = ours.find(
        ({ entry }) => entry.scope === scope && beginsWith(entry.key, beginning),
      );
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** By whole parts: `v2` begins `v2/go.sum:…`, and not `v21`. */
function beginsWith(key: string, beginning: string): boolean {
  return key.startsWith(beginning) && ['/', ':', undefined].includes(key[beginning.length]);
}

function inOrder({ own, others }: Scopes): readonly string[] {
  return [own, ...others];
}

/** As a log shows it: of a hash nobody reads more. */
export function shortKey(key: string): string {
  return key.replace(/:([0-9a-f]{12})[0-9a-f]{52}/g, ':$1');
}
