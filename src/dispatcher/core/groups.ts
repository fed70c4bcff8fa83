/**
 * Owns which groups are taken: of a group of a repository one job at a time is leased. Never leases.
 */

import type { Job } from './job.js';
import type { JobId } from './journal.js';
import type { Shape } from './shape.js';

export class Groups {
  readonly #holders = new Map<string, JobId>();

  /** It is leased: nothing else of its group is, until it lets go. */
  hold({ id, shape }: Job): void {
    if (shape.group !== null) this.#holders.set(keyOf(shape), id);
  }

  /** Answers whether its group is free by that. */
  letGo({ id, shape }: Job): boolean {
    if (shape.group === null || this.#holders.get(keyOf(shape)) !== id) return false;
    return this.#holders.delete(keyOf(shape));
  }

  /** The other job that holds the group of this one. */
  holderFor({ id, shape }: Job): JobId | undefined {
    const holder = shape.group === null ? undefined : this.#holders.get(keyOf(shape));
    return holder === id ? undefined : holder;
  }

  isTaken(shape: Shape): boolean {
    return shape.group !== null && this.#holders.has(keyOf(shape));
  }
}

function keyOf({ repository, group }: Shape): string {
  return JSON.stringify([repository, group]);
}
