/**
 * Owns what is told of a world when it is over.
 */

import { createHash } from 'node:crypto';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import type { Told } from '../../src/world/story.js';
import type { Broken } from './laws.js';

export interface TraceLine {
  readonly atMs: number;
  readonly who: string;
  readonly told: Told;
}

export interface Ended {
  readonly seed: number;
  readonly broken: Broken | null;
  readonly lines: readonly TraceLine[];
  /** Faults that happened, by name. */
  readonly faults: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
  /** From the healing to rest. */
  readonly healedInMs: number;
  readonly jobs: number;
  readonly runs: number;
  /** Everything that became durable, in order. */
  readonly journal: readonly Entry[];
}

/** Two worlds with the same trace were the same. */
export function traceOf({ lines, journal }: Ended): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(JSON.stringify(line));
  return hash.update(JSON.stringify(journal)).digest('hex');
}
