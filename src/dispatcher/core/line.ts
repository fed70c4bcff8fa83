/**
 * Owns in which order the waiting jobs of one shape are served: first those that were interrupted,
 * in the order of their acceptance; then the branches take turns, each with its jobs in the order
 * in which they were accepted. Never knows a runner.
 * Invariant: the branch that stands first was served longest ago; none is empty.
 */

import type { Job } from './job.js';
import type { JobId } from './journal.js';
import type { Shape } from './shape.js';
import { firstWhere } from './sorted.js';
import { inTurns, moveToEnd } from './turns.js';

export class Line {
  readonly shape: Shape;
  /** Ascending. */
  readonly #interrupted: JobId[] = [];
  readonly #branches = new Map<string, Set<JobId>>();
  #fresh = 0;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  get size(): number {
    return this.#interrupted.length + this.#fresh;
  }

  /** The last of its branch, or, interrupted, at the place that its acceptance gave it. */
  join({ id, branch, state }: Job): void {
    if (state.kind === 'waiting' && state.interrupted) {
      const at = this.#placeOf(id);
      if (this.#interrupted[at] !== id) this.#interrupted.splice(at, 0, id);
      return;
    }
    const ids = this.#branches.get(branch) ?? new Set();
    if (!ids.has(id)) this.#fresh += 1;
    this.#branches.set(branch, ids.add(id));
  }

  leave({ id, branch }: Job): void {
    const at = this.#placeOf(id);
    if (this.#interrupted[at] === id) this.#interrupted.splice(at, 1);
    const ids = this.#branches.get(branch);
    if (!ids?.delete(id)) return;
    this.#fresh -= 1;
    if (ids.size === 0) this.#branches.delete(branch);
  }

  /** It has its turn: the next of its branch comes after all other branches. */
  serve(job: Job): void {
    const isFresh = this.#branches.get(job.branch)?.has(job.id) === true;
    this.leave(job);
    if (isFresh) moveToEnd(this.#branches, job.branch);
  }

  get interrupted(): readonly JobId[] {
    return this.#interrupted;
  }

  /** Of those that were not interrupted, the one whose turn it is. */
  get nextFresh(): JobId | undefined {
    const [ids] = this.#branches.values();
    const [id] = ids ?? [];
    return id;
  }

  /** Those that were not interrupted, as they will be served if nothing else comes. */
  fresh(): Generator<JobId> {
    return inTurns(this.#branches.values());
  }

  #placeOf(id: JobId): number {
    return firstWhere(this.#interrupted, (other) => other >= id);
  }
}
