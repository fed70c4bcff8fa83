/**
 * Owns the folder in which entries are kept. Any number of runners share it: names are given and
 * taken in one step, and who loses a race drops what he has. An entry that has its name is whole, on
 * disk, and never changed again.
 *
 *   <folder>/entries/<id>/   entry.json    what it is; its time is when it was used last
 *                            0, 1, …       what was at its paths
 *                            ahead-…       a copy made while nobody waited (ahead.ts)
 *            drafts/…                      what is written, or removed (drafts.ts)
 *
 *   draft  --whole and flushed-->  entries/<id>  --used least lately-->  draft  --> removed
 */

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inodeOf, makeFolder, parseJson, readIfThere } from '../../world/files.js';
import { makeOwn } from '../checkout/place.js';
import { remove } from '../checkout/removal.js';
import { Ahead } from './ahead.js';
import { copyTree, flush } from './copying.js';
import { Drafts } from './drafts.js';
import { type Entry, entryId, entry as entryShape, type Kept } from './entry.js';
import { touch, tryRename } from './names.js';

export interface StoreOptions {
  readonly folder: string;
  readonly bytesMax: number;
  /** What `standGuard` was given. */
  readonly guard: string;
}

/** What is to be brought back: from which place in an entry, to which path. */
export type Targets = ReadonlyMap<number, string>;

export type Saved = 'saved' | 'there already' | 'too large' | { readonly fault: string };

export class CacheStore {
  readonly folder: string;
  readonly drafts: Drafts;
  readonly guard: string;
  readonly #bytesMax: number;
  readonly #entries: string;
  readonly #ahead: Ahead;
  /** Whether checkouts lie on the same disk, as far as is known. */
  #isNear = true;

  /** Takes the folder, or makes it. Throws what the disk says. */
  constructor({ folder, bytesMax, guard }: StoreOptions) {
    this.folder = folder;
    this.guard = guard;
    this.#bytesMax = bytesMax;
    this.#entries = join(folder, 'entries');
    const drafts = join(folder, 'drafts');
    makeFolder(folder);
    makeOwn(this.#entries, 0o700);
    makeOwn(drafts, 0o700);
    this.drafts = new Drafts(drafts);
    this.#ahead = new Ahead(this.#entries, this.drafts, guard);
    this.#sweep();
  }

  /** Null where it is not kept. */
  find(id: string): Kept | null {
    const file = join(this.#entries, id, entryName);
    try {
      const parsed = entryShape.safeParse(parseJson(readIfThere(file) ?? ''));
      if (!parsed.success) return null;
      return { id, entry: parsed.data, usedAtMs: statSync(file).mtimeMs };
    } catch {
      // Another runner has just removed it.
      return null;
    }
  }

  all(): Kept[] {
    makeFolder(this.#entries);
    return readdirSync(this.#entries).flatMap((id) => this.find(id) ?? []);
  }

  /** Brings it back to those paths, at which nothing is. Null, or why it could not be. */
  async restore(id: string, targets: Targets, signal?: AbortSignal): Promise<string | null> {
    const folder = join(this.#entries, id);
    const inode = inodeOf(folder);
    touch(join(folder, entryName));
    const ahead = await this.#ahead.take(id, signal);
    const from = ahead ?? folder;
    let fault: string | null = null;
    for (const [place, path] of targets) {
      fault ??= await this.#bring(join(from, String(place)), path, ahead !== null, signal);
    }
    if (ahead !== null) this.drafts.discard(ahead);
    // Whoever evicts an entry takes its name away first: what still has it was whole all the while.
    else if (fault === null && (inode === null || inodeOf(folder) !== inode)) fault = evicted;
    if (fault === null) return null;
    for (const path of targets.values()) await remove(path);
    return fault;
  }

  /** Gives a draft its name. It holds what was at the paths; afterwards it is not there any more. */
  async publish(draft: string, entry: Entry): Promise<Saved> {
    const saved = await this.#publish(draft, entry);
    if (saved !== 'saved') this.drafts.discard(draft);
    return saved;
  }

  /** Makes a copy for the next run, while nobody waits. Nothing is evicted for it. */
  copyAhead(id: string): void {
    const kept = this.find(id);
    if (kept === null || !this.#isNear) return;
    this.#ahead.make(kept, () => this.#bytes() + kept.entry.bytes <= this.#bytesMax);
  }

  /** Ends what is made for later runs, and resolves once nothing is at work any more. */
  async close(): Promise<void> {
    await this.#ahead.close();
    await this.drafts.close();
  }

  async #bring(from: string, to: string, mayMove: boolean, signal?: AbortSignal) {
    if (mayMove && tryRename(from, to)) return null;
    // Copies made ahead are of no use to a checkout on another disk.
    this.#isNear &&= !mayMove;
    return copyTree(from, to, { guard: this.guard, signal });
  }

  async #publish(draft: string, entry: Entry): Promise<Saved> {
    if (entry.bytes > this.#bytesMax) return 'too large';
    try {
      writeFileSync(join(draft, entryName), JSON.stringify(entry));
      const fault = await flush(draft, { guard: this.guard });
      if (fault !== null) return { fault };
      this.#makeRoom(entry.bytes);
      const id = entryId(entry);
      if (tryRename(draft, join(this.#entries, id))) return 'saved';
      return this.find(id) === null ? { fault: `${this.#entries} refuses it` } : 'there already';
    } catch (error) {
      return { fault: (error as Error).message };
    }
  }

  #bytes(): number {
    return this.all().reduce((total, kept) => total + this.#bytesOf(kept), 0);
  }

  #bytesOf({ id, entry }: Kept): number {
    return entry.bytes * (1 + this.#ahead.of(id).length);
  }

  /** Copies ahead go first: they only save time. */
  #makeRoom(bytes: number): void {
    const longestUnused = this.all().sort((a, b) => a.usedAtMs - b.usedAtMs);
    let total = this.#bytes() + bytes;
    for (const { id, entry } of longestUnused) {
      for (const path of this.#ahead.of(id)) {
        if (total <= this.#bytesMax) return;
        total -= entry.bytes;
        this.drafts.discardFrom(path);
      }
    }
    for (const { id, entry } of longestUnused) {
      if (total <= this.#bytesMax) return;
      total -= entry.bytes;
      this.drafts.discardFrom(join(this.#entries, id));
    }
  }

  /** Removes what is left of those that died. */
  #sweep(): void {
    this.drafts.sweep();
    for (const id of readdirSync(this.#entries)) {
      if (this.find(id) === null) this.drafts.discardFrom(join(this.#entries, id));
      else this.#ahead.sweep(id);
    }
  }
}

const entryName = 'entry.json';

const evicted = 'it was evicted meanwhile';
