/**
 * Owns how long a job will take: the median of the last ones of its name that were judged. Looked up
 * seldom, and kept for a while: what runs is shown far more often than it ends.
 */

import type { Clock } from '../../world/clock.js';
import type { Job } from '../core/job.js';
import type { Queries } from '../store/queries.js';

/** So many are looked at. */
const durationsMost = 15;

const keptForMs = 30_000;

/** Names that are kept at once. */
const keptMost = 1_000;

interface Kept {
  readonly untilMs: number;
  readonly estimateMs: Promise<number | null>;
}

export class Estimates {
  readonly #queries: Pick<Queries, 'durations'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(queries: Pick<Queries, 'durations'>, clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  /** Milliseconds; null where none was judged, or the past cannot be asked now. */
  of({ repository, name }: Pick<Job, 'repository' | 'name'>): Promise<number | null> {
    const key = JSON.stringify([repository, name]);
    const nowMs = this.#clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.estimateMs;
    if (this.#kept.size >= keptMost) this.#kept.clear();
    const estimateMs = this.#queries
      .durations({ repository, name, most: durationsMost })
      .then(median)
      .catch(() => null);
    this.#kept.set(key, { untilMs: nowMs + keptForMs, estimateMs });
    return estimateMs;
  }
}

function median(durations: readonly number[]): number | null {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
