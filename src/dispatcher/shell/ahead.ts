/**
 * Owns what is ahead of somebody who reads the logs of a commit, and which of it comes next. It costs the
 * same however much was read: a commit may have thousands of steps. Never reads.
 */

import type { JobId } from '../core/journal.js';
import { isRest, type Part, partsOf } from './parts.js';
import type { Reading } from './readings.js';

/** Parts of all jobs, and of these what was not read yet. */
export interface Ahead {
  readonly all: ReadonlyMap<string, Part>;
  readonly left: Map<string, Part>;
  /** Of each job, how many are left but for what is said at last. */
  readonly leftOfJob: Map<JobId, number>;
}

export function aheadOf(readings: readonly Reading[], read: ReadonlySet<string>): Ahead {
  const parts = readings.flatMap(partsOf);
  const left = parts.filter(({ key }) => !read.has(key));
  const leftOfJob = new Map<JobId, number>();
  for (const part of left) {
    const { job } = part.reading;
    if (!isRest(part)) leftOfJob.set(job, (leftOfJob.get(job) ?? 0) + 1);
  }
  const byKey = (some: readonly Part[]) => new Map(some.map((part) => [part.key, part]));
  return { all: byKey(parts), left: byKey(left), leftOfJob };
}

/**
 * The one that is being read, else what is over, else what still goes on; or nothing is left. The log of a
 * run that another came after is read to its end first.
 */
export function chosen({ all, left, leftOfJob }: Ahead, part: Part | null): Part | undefined {
  const now = part === null ? undefined : all.get(part.key);
  const mustWait = part !== null && isRest(part) && now?.isOver !== true;
  if (part !== null && !mustWait) return now ?? { ...part, isOver: true };
  let [first] = left.values();
  for (const one of left.values()) {
    // What a run says at last stands behind all of its steps.
    const isBehind = isRest(one) && (leftOfJob.get(one.reading.job) ?? 0) > 0;
    if (one.isOver && !isBehind) return one;
    if (first !== undefined && isRest(first) && !isRest(one)) first = one;
  }
  return first;
}

/** That part was read to its end. */
export function passed({ left, leftOfJob }: Ahead, part: Part): void {
  if (!left.delete(part.key) || isRest(part)) return;
  const { job } = part.reading;
  leftOfJob.set(job, (leftOfJob.get(job) ?? 1) - 1);
}
