/**
 * Owns the caches of one run: what is brought into its checkout before it begins, what is kept of it
 * when it was green, and the lines of its log about that. A cache that cannot be had or kept is never
 * a fault of the run: it goes on without.
 *
 *   restore --> the steps --> save                           folders, as a workflow names them
 *   restore --> install --> setAside --> tests --> save      what an installer made, untouched by tests
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Work } from '../../protocol/work.js';
import { mountsIn } from '../checkout/ground.js';
import { copyTree } from './copying.js';
import {
  entryId,
  fallbackOf,
  identities,
  type Kept,
  platformOf,
  type Scopes,
  shortKey,
  type Wanted,
} from './entry.js';
import { keyText } from './key.js';
import { tryRename } from './names.js';
import { makeAbove, pathToRestore, pathToSave } from './paths.js';
import { branchOf, type Say, said, spelledBytes, whyNotSaved } from './sentences.js';
import type { CacheStore, Targets } from './store.js';
import { survey } from './survey.js';

export interface RunPlace {
  /** The checkout, absolute. */
  readonly tree: string;
  readonly repository: string;
  readonly scopes: Scopes;
}

export interface RunTime {
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** One cache in this run. */
interface InRun {
  readonly wanted: Wanted;
  readonly targets: Targets;
  /** Whether it is kept already. */
  readonly isExact: boolean;
  /** A copy that gets its name where the run is green. */
  draft: Draft | null;
  /** What is kept of it by now. */
  id: string | null;
}

interface Draft {
  readonly folder: string;
  readonly present: readonly number[];
  readonly bytes: number;
}

export class RunCaches {
  readonly #store: CacheStore;
  readonly #place: RunPlace;
  readonly #time: RunTime;
  readonly #caches: InRun[] = [];
  #say: Say = () => {};

  constructor(store: CacheStore, place: RunPlace, time: RunTime) {
    this.#store = store;
    this.#place = place;
    this.#time = time;
  }

  /** Brings back what is kept; true where it is just that of the key, and not an older one's. */
  restore(wanted: Wanted, say: Say): Promise<boolean> {
    return this.#attempt(say, false, () => this.#restore(wanted));
  }

  /** The same for each that a workflow names. */
  restoreAll({ cache, steps, services }: Work, say: Say): Promise<void> {
    const platform = platformOf([...steps, ...services].flatMap(({ image }) => image ?? []));
    return this.#attempt(say, undefined, async () => {
      for (const { key: parts, paths, fallback } of cache) {
        const { key, remarks } = await keyText(this.#place.tree, parts);
        for (const remark of remarks) this.#tell(remark);
        await this.#restore({ platform, key, paths, fallback });
      }
    });
  }

  /** Copies now what is kept later, should the run be green: what comes next may change it. */
  setAside(say: Say): Promise<void> {
    return this.#attempt(say, undefined, async () => {
      for (const cache of this.#unkept()) cache.draft ??= await this.#draftOf(cache, false);
    });
  }

  /** To be called after the last process of a green run. The checkout is not whole any more then. */
  save(say: Say): Promise<void> {
    return this.#attempt(say, undefined, async () => {
      for (const cache of this.#unkept()) {
        const since = this.#time.nowMs();
        const draft = cache.draft ?? (await this.#draftOf(cache, true));
        cache.draft = null;
        if (draft !== null) await this.#publish(cache, draft, since);
      }
    });
  }

  /** Takes away what is not needed any more: to remove it file by file would keep the next run waiting. */
  clear(): void {
    for (const { wanted, targets } of this.#caches) {
      for (const place of targets.keys()) {
        const { path, refused } = pathToSave(this.#place.tree, wanted.paths[place] ?? '');
        // What cannot be taken is removed with all else.
        if (refused === null && mountsIn(path).length === 0) this.#store.drafts.discardFrom(path);
      }
    }
  }

  /** To be called after every run, when nobody waits for it any more. */
  close(): void {
    for (const { id, draft } of this.#caches) {
      if (draft !== null) this.#store.drafts.discard(draft.folder);
      if (id !== null) this.#store.copyAhead(id);
    }
  }

  async #restore(wanted: Wanted): Promise<boolean> {
    const targets = this.#targetsOf(wanted);
    if (targets.size === 0) return false;
    const kept = this.#find(wanted);
    const isBack = kept !== undefined && (await this.#bringBack(kept, wanted, targets));
    const isExact = isBack && kept.entry.key === wanted.key;
    this.#caches.push({ wanted, targets, isExact, draft: null, id: isBack ? kept.id : null });
    return isExact;
  }

  #targetsOf({ paths }: Wanted): Targets {
    const targets = new Map<number, string>();
    for (const [place, written] of paths.entries()) {
      const { path, refused } = pathToRestore(this.#place.tree, written);
      if (refused === null) targets.set(place, path);
      else this.#tell(`${written} is not cached: ${refused}`);
    }
    return targets;
  }

  #find(wanted: Wanted): Kept | undefined {
    const { repository, scopes } = this.#place;
    for (const identity of identities(repository, wanted, scopes)) {
      const kept = this.#store.find(entryId(identity));
      if (kept !== null) return kept;
    }
    const all = wanted.fallback.length > 0 ? this.#store.all() : [];
    const older = fallbackOf(all, repository, wanted, scopes);
    const nothing = `nothing is cached yet for ${wanted.paths.join(', ')}`;
    if (older === undefined) this.#tell(`${nothing} (key ${shortKey(wanted.key)})`);
    return older;
  }

  async #bringBack({ id, entry }: Kept, { key, paths }: Wanted, targets: Targets) {
    const since = this.#time.nowMs();
    const there = [...targets].filter(([place]) => entry.present.includes(place));
    for (const [place] of there) makeAbove(this.#place.tree, paths[place] ?? '');
    const fault = await this.#store.restore(id, new Map(there), this.#time.signal);
    const names = there.map(([place]) => paths[place]).join(', ');
    const of = `key ${shortKey(entry.key)}, of ${branchOf(entry.scope)}`;
    if (fault !== null) {
      this.#tell(`${names} could not be restored from the cache (${of}): ${fault}`);
      return false;
    }
    const older = entry.key === key ? '' : 'an older ';
    this.#tell(`${names} restored from the cache in ${this.#since(since)} (${older}${of})`);
    return true;
  }

  /** All but those that are kept already. */
  #unkept(): InRun[] {
    return this.#caches.filter(({ isExact }) => !isExact);
  }

  /** Null where there is nothing that can be kept; the log says why. */
  async #draftOf({ wanted, targets }: InRun, mayMove: boolean): Promise<Draft | null> {
    const folder = this.#store.drafts.next();
    mkdirSync(folder);
    const present: number[] = [];
    let total = 0;
    for (const place of targets.keys()) {
      const written = wanted.paths[place] ?? '';
      const { path, refused } = pathToSave(this.#place.tree, written);
      const { bytes, hasLinks, refused: unfit } = await survey(path);
      const to = join(folder, String(place));
      const fault = refused ?? unfit ?? (await this.#bring(path, to, mayMove && !hasLinks));
      if (fault === null) present.push(place);
      else this.#tell(`${written} is not cached: ${fault}`);
      total += fault === null ? bytes : 0;
    }
    if (present.length > 0) return { folder, present, bytes: total };
    this.#store.drafts.discard(folder);
    return null;
  }

  /** What has another name elsewhere, or lies on another disk, is copied. */
  async #bring(from: string, to: string, mayMove: boolean): Promise<string | null> {
    if (mayMove && tryRename(from, to)) return null;
    return copyTree(from, to, { guard: this.#store.guard, signal: this.#time.signal });
  }

  async #publish(cache: InRun, { folder, present, bytes }: Draft, since: number): Promise<void> {
    const { repository, scopes } = this.#place;
    const { platform, key, paths } = cache.wanted;
    const entry = { repository, scope: scopes.own, platform, key, paths, present, bytes };
    const saved = await this.#store.publish(folder, entry);
    const names = present.map((place) => paths[place]).join(', ');
    if (saved !== 'saved') {
      this.#tell(`${names} is not cached: ${whyNotSaved(saved, bytes)}`);
      return;
    }
    cache.id = entryId(entry);
    const of = `key ${shortKey(key)}, of ${branchOf(scopes.own)}`;
    this.#tell(
      `${names} saved in the cache in ${this.#since(since)}, ${spelledBytes(bytes)} (${of})`,
    );
  }

  #since(ms: number): string {
    return `${((this.#time.nowMs() - ms) / 1_000).toFixed(1)} s`;
  }

  /** What the disk refuses is told, and no more. */
  async #attempt<Value>(say: Say, otherwise: Value, work: () => Promise<Value>): Promise<Value> {
    this.#say = say;
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.#tell(`the cache could not be used: ${message}`);
      return otherwise;
    }
  }

  /** Of a run that was ended nobody wants to hear more. */
  #tell(sentence: string): void {
    if (!this.#time.signal.aborted) this.#say(said(sentence));
  }
}
