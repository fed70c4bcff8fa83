/**
 * Owns which groups are taken: of a group of a repository so many jobs at a time are leased as the
 * smallest limit allows that one of them has. Never leases.
 */

import type { Job } from './job.js';
import type { JobId } from './journal.js';
import type { Shape } from './shape.js';

/** Each that is leased, with its limit. */
type Holders = ReadonlyMap<JobId, number>;

const nobody: Holders = new Map();

export class Groups {
  readonly #holders = new Map<string, Map<JobId, number>>();

  /** It is leased. */
  hold({ id, shape }: Job): void {
    if (shape.group === null) return;
    const holders = this.#holders.get(keyOf(shape)) ?? new Map<JobId, number>();
    this.#holders.set(keyOf(shape), holders.set(id, shape.groupLimit));
  }

  /** Answers whether another of its group may be leased by that. */
  letGo({ id, shape }: Job): boolean {
    const holders = this.#holders.get(keyOf(shape));
    if (shape.group === null || holders?.delete(id) !== true) return false;
    if (holders.size === 0) this.#holders.delete(keyOf(shape));
    return true;
  }

  /** The other jobs that hold the group of this one, where they leave it no place. */
  holdersFor({ id, shape }: Job): readonly JobId[] {
    const others = new Map(this.#of(shape));
    others.delete(id);
    return isFull(others, shape) ? [...others.keys()] : [];
  }

  isTaken(shape: Shape): boolean {
    return shape.group !== null && isFull(this.#of(shape), shape);
  }

  #of(shape: Shape): Holders {
    return this.#holders.get(keyOf(shape)) ?? nobody;
  }
}

/** One that is to be alone is so, whatever the others would allow. */
function isFull(holders: Holders, { groupLimit }: Shape): boolean {
  return holders.size >= Math.min(groupLimit, ...holders.values());
}

function keyOf({ repository, group }: Shape): string {
  return JSON.stringify([repository, group]);
}
