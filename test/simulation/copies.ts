/**
 * Owns the law of the results folder: what the run of a verdict printed is public under its commit's
 * name when the verdict is recorded. It may follow later where it has to be copied, or where the dispatcher
 * said that the folder refuses; and does not where the dispatcher dies before that.
 */

import type { JobId } from '../../src/dispatcher/core/journal.js';
import type { Told } from '../../src/world/story.js';

/** A copy, and what is wrong where it is not there. */
export interface Copy {
  readonly how: string;
  readonly isThere: () => boolean;
}

export class Copies {
  readonly #breaks: (how: string) => void;
  readonly #awaited = new Map<JobId, Copy>();
  /** Of these jobs it was never made. */
  readonly #lost = new Set<JobId>();
  #isRefused = false;

  constructor(breaks: (how: string) => void) {
    this.#breaks = breaks;
  }

  /** The dispatcher said that. */
  told({ event }: Told): void {
    if (event === 'results-not-published') this.#isRefused = true;
    if (event === 'results-published') this.#isRefused = false;
  }

  /** The verdict of that job is recorded. */
  recorded(job: JobId, copy: Copy, mayFollow = this.#isRefused): void {
    this.#awaited.delete(job);
    this.#lost.delete(job);
    if (copy.isThere()) return;
    if (mayFollow) this.#awaited.set(job, copy);
    else this.#breaks(copy.how);
  }

  /** That job has ended anew, and without a run: what is public is its reason. */
  endedWithoutRun(job: JobId): void {
    this.#awaited.delete(job);
  }

  /** The dispatcher's process has ended: what it had still to do nobody knows. */
  died(): void {
    for (const [job, { isThere }] of this.#awaited) if (!isThere()) this.#lost.add(job);
    this.#awaited.clear();
    this.#isRefused = false;
  }

  /** Whether what is public of that job is its verdict's. */
  isCertain(job: JobId): boolean {
    return !this.#lost.has(job);
  }

  atRest(): void {
    for (const { how, isThere } of this.#awaited.values()) if (!isThere()) this.#breaks(how);
  }
}
