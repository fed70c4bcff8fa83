/**
 * Owns the copies of entries that are made while nobody waits: the next run takes one as it is, which
 * takes no longer for a large one. There is one of an entry at most, and it is taken by one run only.
 *
 * They are not flushed to the disk: after the machine has started anew none of them counts.
 */

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../world/files.js';
import { copyTree } from './copying.js';
import type { Drafts } from './drafts.js';
import type { Kept } from './entry.js';
import { namesIn, tryRename } from './names.js';

export class Ahead {
  readonly #entries: string;
  readonly #drafts: Drafts;
  readonly #guard: string;
  readonly #closing = new AbortController();
  #making: Promise<void> = Promise.resolve();
  /** Of which entry one is being made. */
  #current: string | null = null;

  constructor(entries: string, drafts: Drafts, guard: string) {
    this.#entries = entries;
    this.#drafts = drafts;
    this.#guard = guard;
  }

  /** Where they lie. */
  of(id: string): string[] {
    return this.#names(id, prefix);
  }

  /**
   * Takes one, into a draft; null where there is none. One that is being made is waited for: another copy
   * beside it would take longer.
   */
  async take(id: string, signal?: AbortSignal): Promise<string | null> {
    if (this.#current === id) await Promise.race([this.#making, aborted(signal)]);
    for (const path of this.of(id)) {
      const taken = this.#drafts.take(path);
      if (taken !== null) return taken;
    }
    return null;
  }

  /** Makes one, after those that are being made. `isWanted` is asked before and after. */
  make(kept: Kept, isWanted: () => boolean): void {
    this.#making = this.#making
      .then(() => this.#make(kept, () => isWanted() && this.of(kept.id).length === 0))
      // The disk is full, or somebody emptied the folder: the next run copies for itself.
      .catch(() => {})
      .finally(() => {
        this.#current = null;
      });
  }

  /** Removes those from before the machine started. */
  sweep(id: string): void {
    const current = this.of(id);
    const old = this.#names(id, anyPrefix).filter((path) => !current.includes(path));
    for (const path of old) this.#drafts.discardFrom(path);
  }

  /** Ends what is being made. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#making;
  }

  async #make({ id, entry }: Kept, isWanted: () => boolean): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted || !isWanted()) return;
    this.#current = id;
    const draft = this.#drafts.next();
    await mkdir(draft);
    for (const place of entry.present) {
      const from = join(this.#entries, id, String(place));
      const fault = await copyTree(from, join(draft, String(place)), {
        guard: this.#guard,
        signal,
      });
      if (fault !== null) return this.#drafts.discard(draft);
    }
    // Of an entry that was evicted meanwhile the folder is gone.
    const path = join(this.#entries, id, `${prefix}${randomBytes(4).toString('hex')}`);
    if (!isWanted() || !tryRename(draft, path)) this.#drafts.discard(draft);
  }

  #names(id: string, beginning: string): string[] {
    const folder = join(this.#entries, id);
    const names = namesIn(folder).filter((name) => name.startsWith(beginning));
    return names.map((name) => join(folder, name));
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

const anyPrefix = 'ahead-';

/** The kernel's own name for the time since it started. */
const boot = (readIfThere('/proc/sys/kernel/random/boot_id') ?? 'any').slice(0, 8);

const prefix = `${anyPrefix}${boot}-`;
