/**
 * Owns files as the logs of suites need them: written and read at positions, synced without
 * holding up the process, named anew in one step. Knows nothing of what is in them.
 * A simulated world brings another `Disk`, which forgets, at a power cut, what was not synced.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  fdatasync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, readIfThere, syncToDisk, writeAtomically } from './files.js';

/** `write`: made where it is missing, never truncated. `append-new`: an old one makes it fail. */
export type How = 'read' | 'write' | 'append-new';

export interface OpenFile {
  readonly size: number;
  /** Fills `into` from `offset` on; answers how many bytes there were. */
  read(into: Uint8Array, offset: number): number;
  /** Answers how many bytes found room, at least one. Throws where there is none. */
  write(bytes: Uint8Array, offset: number): number;
  /** Resolves once all that was written is on disk. */
  sync(): Promise<void>;
  close(): void;
}

export interface Disk {
  /** Returns once the folder, and what was missing above it, is on disk. */
  makeFolder(path: string): void;
  /** The names in a folder. */
  list(folder: string): string[];
  /** In bytes; null where there is no such file. */
  sizeOf(path: string): number | null;
  open(path: string, how: How): OpenFile;
  /** Removes a file, if it is there. */
  remove(path: string): void;
  /** The same, without holding up the process: of a long file that takes a while. */
  discard(path: string): Promise<void>;
  /** Resolves once the names in a folder are on disk: a file that was synced may have none yet. */
  syncNames(folder: string): Promise<void>;
  /** The same, and returns only then. */
  syncNamesNow(folder: string): void;
  /**
   * Gives a file a second name, where it does not have it; who reads under that name sees the old file or
   * this one, whole.
   */
  link(path: string, as: string): void;
  /** Whether `as` is, by all that can be seen, what `link(path, as)` made, and nothing since. */
  isLinked(path: string, as: string): boolean;
  /** Null where there is no such file. */
  readText(path: string): string | null;
  /** Returns once the text and the name are on disk; a reader sees the old text or the new. */
  writeText(path: string, text: string): void;
}

export const realDisk: Disk = {
  makeFolder,
  list: (folder) => readdirSync(folder),
  sizeOf: (path) => statSync(path, { throwIfNoEntry: false })?.size ?? null,
  open: (path, how) => adopt(openSync(path, flags[how], 0o644)),
  remove,
  discard: (path) => rm(path, { force: true }),
  syncNames,
  syncNamesNow: syncToDisk,
  link,
  isLinked,
  readText: readIfThere,
  writeText: writeAtomically,
};

const flags = {
  // A pipe in its place would be waited for without end.
  read: constants.O_RDONLY | constants.O_NONBLOCK,
  write: constants.O_RDWR | constants.O_CREAT,
  'append-new': 'ax+',
} as const;

const synced = promisify(fdatasync);

function adopt(file: number): OpenFile {
  return {
    get size() {
      return fstatSync(file).size;
    },
    read: (into, offset) => readSync(file, into, 0, into.length, offset),
    write: (bytes, offset) => writeSync(file, bytes, 0, bytes.length, offset),
    sync: () => synced(file),
    close: () => closeSync(file),
  };
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function syncNames(path: string): Promise<void> {
  const folder = adopt(openSync(path, flags.read));
  try {
    await folder.sync();
  } finally {
    folder.close();
  }
}

function link(path: string, as: string): void {
  if (isNamed(path, as) || isSame(path, as)) return;
  const draft = join(dirname(as), `.${basename(as)}.new`);
  remove(draft);
  // Another file system, or one without links: a copy serves as well.
  if (!isNamed(path, draft)) copyFileSync(path, draft);
  renameSync(draft, as);
}

/** Whether it could be given that name too: no copy, however long the file. */
function isNamed(path: string, as: string): boolean {
  try {
    linkSync(path, as);
    return true;
  } catch {
    // The name is taken, or there are no links: there are other ways, which say what is wrong.
    return false;
  }
}

function isSame(path: string, as: string): boolean {
  const [file, other] = [path, as].map((name) => statSync(name, { throwIfNoEntry: false }));
  return file !== undefined && file.dev === other?.dev && file.ino === other.ino;
}

function isLinked(path: string, as: string): boolean {
  if (isSame(path, as)) return true;
  const [file, other] = [path, as].map((name) => statSync(name, { throwIfNoEntry: false }));
  if (file === undefined || other === undefined || !other.isFile()) return false;
  // A copy, where there are no links, has no other name, and its length.
  return other.nlink === 1 && other.size === file.size;
}
