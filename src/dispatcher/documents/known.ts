/**
 * Owns what documents are made from: memory, where it is newest, the store, and the past. Nobody changes
 * anything through it.
 */

import type { RunId } from '../../protocol/ids.js';
import type { StepReport } from '../../protocol/work.js';
import type { Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Queries } from '../store/queries.js';
import type { Store } from '../store/store.js';

export interface Known {
  readonly clock: Clock;
  readonly core: Pick<
    DispatcherCore,
    | 'counts'
    | 'hasSeveralRepositories'
    | 'job'
    | 'jobOfRun'
    | 'jobsOf'
    | 'leased'
    | 'observers'
    | 'pauses'
    | 'repositories'
    | 'runners'
    | 'silentMs'
    | 'waits'
    | 'whyWaiting'
  >;
  readonly store: Pick<Store, 'commitsLike' | 'history' | 'jobsOf'>;
  readonly queries: Pick<
    Queries,
    'branches' | 'commits' | 'durations' | 'flaky' | 'run' | 'runsOf'
  >;
  /** How the steps of runs stand that go on. */
  readonly steps: { stepsOf(run: RunId): readonly StepReport[] };
  /** Resolves once everything that was decided is on disk. */
  readonly settled: () => Promise<void>;
  /** The last entry that was published. */
  readonly lastSeq: () => number;
}
