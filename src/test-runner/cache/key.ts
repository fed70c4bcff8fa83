/**
 * Owns how a workflow's `key` becomes a text: of a file in the checkout its content, of a glob the names
 * and contents of all files that it matches, of anything else the text itself. Reads files, changes none.
 */

import { createHash } from 'node:crypto';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { globbedFiles } from '../globbed-files.js';

/** Of one glob; a large tree of packages has a tenth of so many lock files. */
export const filesMax = 1_000;

export interface KeyText {
  readonly key: string;
  /** What there is to say of its parts. */
  readonly remarks: readonly string[];
}

export async function keyText(tree: string, parts: readonly string[]): Promise<KeyText> {
  const spelled: string[] = [];
  const remarks: string[] = [];
  for (const part of parts) {
    const { digest, remark } = await contentOf(tree, part);
    if (remark !== null) remarks.push(remark);
    spelled.push(digest === null ? part : `${part}:${digest}`);
  }
  return { key: spelled.join('/'), remarks };
}

interface Content {
  /** Null: it is no file, but a text. */
  readonly digest: string | null;
  readonly remark: string | null;
}

/** A key that looks like a file and is none is remarked on: a key without content never changes. */
async function contentOf(tree: string, part: string): Promise<Content> {
  const file = fileIn(tree, part);
  if (file !== null) return { digest: await hashOf(file), remark: null };
  if (!/[*?[{]/.test(part)) {
    const remark = `the key ${part} is no file, and taken for a text`;
    return { digest: null, remark: /\.[a-z][\w-]*$/i.test(part) ? remark : null };
  }
  const { files, cutShort } = await globbedFiles(tree, [part], filesMax);
  if (files.length === 0) {
    return { digest: null, remark: `the key ${part} matches no file, and is taken for a text` };
  }
  const remark = `the key ${part} is made from only ${files.length} files: it matches too much`;
  return { digest: await hashOfAll(tree, files), remark: cutShort === null ? null : remark };
}

/** Of their names, too: a file that is moved is another. */
async function hashOfAll(tree: string, files: readonly { readonly path: string }[]) {
  const hash = createHash('sha256');
  for (const { path } of files) hash.update(`${path}\0${await hashOf(join(tree, path))}\n`);
  return hash.digest('hex');
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
