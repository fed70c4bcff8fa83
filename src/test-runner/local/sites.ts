/**
 * Owns where the runs of each repository are done: in its *site*, which has a clone and slots of its own.
 * A runner's slot has a folder in each site, claimed when it is first needed there; so repositories
 * share what the runner does at once, and nothing else. Never makes a clone; see made-clones.ts.
 */

import type { Run } from '../core/events.js';
import type { NotDone } from '../executor.js';
import type { LocalSlot } from './slots.js';

/**
 * Claims so many folders, and those in which a dead process left results: somebody has to deliver
 * them. Throws a `UsageError` where there are none to be had.
 */
export type Claim = (count: number) => readonly LocalSlot[];

export interface Sites {
  /** All that are claimed by now. More may come, none goes. */
  readonly slots: readonly LocalSlot[];
  /** Where that run is done; or why it is not done here. */
  siteFor(run: Run): Site | NotDone;
  /** So many runs may go on at once. Throws a `UsageError`. */
  hold(capacity: number): void;
}

export class Site {
  readonly #claim: Claim;
  readonly #all: LocalSlot[];
  readonly #own: LocalSlot[] = [];
  readonly #byNumber = new Map<number, LocalSlot>();

  /** What it claims is added to `all`. */
  constructor(claim: Claim, all: LocalSlot[]) {
    this.#claim = claim;
    this.#all = all;
  }

  get size(): number {
    return this.#own.length;
  }

  claim(count: number): void {
    const claimed = this.#claim(count);
    this.#own.push(...claimed);
    this.#all.push(...claimed);
  }

  /** Where the runner's slot of that number does its runs here. Throws a `UsageError`. */
  at(number: number): LocalSlot {
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    if (this.#byNumber.size === this.#own.length) this.claim(1);
    const taken = new Set(this.#byNumber.values());
    const free = this.#own.find((slot) => !taken.has(slot));
    if (free === undefined) throw new Error('nothing was claimed');
    this.#byNumber.set(number, free);
    return free;
  }
}

/** Those of the clones that the command line names. */
export class GivenSites implements Sites {
  readonly slots: LocalSlot[] = [];
  readonly #first: Site;
  readonly #named = new Map<string, Site>();

  /** By the names of the repositories; a run without one is done in the first. */
  constructor(claims: ReadonlyMap<string, Claim>) {
    for (const [name, claim] of claims) this.#named.set(name, new Site(claim, this.slots));
    const [first] = this.#named.values();
    if (first === undefined) throw new Error('there is no repository');
    this.#first = first;
  }

  siteFor({ assignment: { repository } }: Run): Site | NotDone {
    if (repository === null || this.#named.size === 1) return this.#first;
    const detail = `this runner does not test ${repository}`;
    const handback = { reason: 'unknown-commit', detail } as const;
    return this.#named.get(repository) ?? { kind: 'handback', handback };
  }

  /** One has all its slots at once; of several, a slot may never be needed in some. */
  hold(capacity: number): void {
    const isOne = this.#named.size === 1;
    for (const site of this.#named.values()) {
      const lacking = isOne ? capacity - site.size : 0;
      if (lacking > 0 || site.size === 0) site.claim(lacking);
    }
  }
}
