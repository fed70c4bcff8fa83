/**
 * Owns the words between a run in its slot and what is done there in its checkout: one suite, or a
 * job's steps.
 */

import type { Clock } from '../../world/clock.js';
import type { RunCaches } from '../cache/run-caches.js';
import type { Run } from '../core/events.js';
import type { Verdict, Watch } from '../executor.js';
import type { Ended } from '../suite/verdict.js';
import type { SuiteOptions } from './execution.js';
import type { LocalSlot } from './slots.js';

export interface Doing {
  /** Resolves once nothing of it is left. Rejects with what the machine refused, by its code. */
  readonly ended: Promise<Verdict>;
  /** Asks all of it to end, and kills after a grace. */
  end(): void;
  kill(): void;
}

/** Where it is done: a slot, or whatever folder has the checkout. */
export interface Workplace extends Pick<LocalSlot, 'output' | 'startProcess'> {
  readonly checkout: Pick<LocalSlot['checkout'], 'folder'>;
}

/** What is there to do it with. */
export interface Means {
  readonly clock: Clock;
  readonly slot: Workplace;
  readonly run: Run;
  readonly options: Pick<
    SuiteOptions,
    'graceMs' | 'names' | 'environment' | 'stepsBy' | 'around' | 'hooks'
  >;
  readonly watch: Watch;
  /** Null where nothing is cached. */
  readonly caches: RunCaches | null;
  /** All has ended: the run's time is no longer counted. */
  readonly over: () => void;
  /** What it comes to where it was told to end; null where it was not. */
  readonly stopped: (end: Ended) => Verdict | null;
}
