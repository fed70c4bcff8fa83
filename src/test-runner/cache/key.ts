/**
 * Owns how a workflow's `key` becomes a text: of a file in the checkout its content, of what is no file
 * the text itself. Reads files, changes none.
 */

import { createHash } from 'node:crypto';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface KeyText {
  readonly key: string;
  /** What looks like a file and is none: a key without content never changes. */
  readonly missing: readonly string[];
}

export async function keyText(tree: string, parts: readonly string[]): Promise<KeyText> {
  const spelled: string[] = [];
  const missing: string[] = [];
  for (const part of parts) {
    const file = fileIn(tree, part);
    if (file === null && /[*?]|\.[a-z][\w-]*$/i.test(part)) missing.push(part);
    spelled.push(file === null ? part : `${part}:${await hashOf(file)}`);
  }
  return { key: spelled.join('/'), missing };
}

/** The SHA-256 of its content, in digits. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Links followed, but not out of the tree; null where no file is. */
export function fileIn(tree: string, path: string): string | null {
  try {
    const real = realpathSync.native(join(tree, path));
    const isInside = real.startsWith(`${realpathSync.native(tree)}/`);
    return isInside && statSync(real).isFile() ? real : null;
  } catch {
    // A text that is no path, or leads nowhere.
    return null;
  }
}
