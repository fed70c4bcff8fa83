/**
 * Owns small files of our own: written so that a reader sees the old one or the new one, never a
 * part, and under names that survive a power cut. Never knows what is in them.
 */

import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './exit.js';

/** Replaces `path` and returns once both the bytes and the name are on disk. */
export function writeAtomically(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    const file = openSync(draft, 'w', 0o644);
    try {
      // All of it, or an error: of one write, a full disk takes what fits and says nothing.
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncToDisk(dirname(path));
}

/** Makes a folder and what is missing above it; returns once their names are on disk. */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  // Step by step: node's own `recursive` never ends under /proc.
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder)) throw error;
  }
  syncToDisk(parent);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Makes a file durable, or of a folder the names that were created, renamed or removed in it. */
export function syncToDisk(path: string): void {
  // A pipe in its place would be waited for without end.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The text of a file, or null where there is none. Other errors are thrown. A pipe is none: whoever
 * opens it stands still until somebody writes.
 */
export function readIfThere(path: string): string | null {
  try {
    if (statSync(path).isFIFO()) return null;
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * What lies at the end of a path; null where nothing does, or nothing that the system lets us see: a folder
 * on the way is closed to us, or is none by now. Whoever opens it next hears which.
 */
export function seenAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Tells what lies there from what has its name later. Null also where the disk refuses to say. */
export function inodeOf(path: string): bigint | null {
  try {
    return lstatSync(path, { bigint: true }).ino;
  } catch {
    return null;
  }
}

/** What the text spells; `undefined` where it is not JSON, which no schema takes for valid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged or foreign file: the schema that is asked next says so.
    return undefined;
  }
}

/**
 * The text of a file that somebody named: `what` it is to hold, as in "the configuration". Throws
 * `UsageError`.
 */
export function textNamed(path: string, what: string, bytesMax: number): string {
  const subject = `${what[0]?.toUpperCase()}${what.slice(1)} in ${path}`;
  try {
    // A pipe would be waited for, and a device read, without end.
    const found = statSync(path);
    if (!found.isFile()) throw new UsageError(`${subject} is not a file.`);
    if (found.size > bytesMax)
      throw new UsageError(`${subject} holds more than ${bytesMax} bytes.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read ${what} in ${path} (${code ?? message}).`);
  }
}
