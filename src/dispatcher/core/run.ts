/**
 * Owns what a run is, one attempt at a job, and how entries change it: it begins, ends, and may come back.
 * Never knows its job.
 */

import type { RunId } from '../../protocol/ids.js';
import type { Handback } from '../../protocol/job-bodies.js';
import type { StepReport } from '../../protocol/work.js';
import type { Entry } from './journal.js';

/** `end` is null while it has the lease; abandoned: its job ended without its result. */
export interface Run {
  readonly id: RunId;
  readonly number: number;
  readonly runner: string;
  readonly classic: boolean;
  readonly leasedAtMs: number;
  readonly end:
    | 'lost'
    | 'unconfirmed'
    | Handback['reason']
    /** By tests that may be flaky: there is to be another. */
    | 'failed'
    | 'finished'
    | 'abandoned'
    | null;
  readonly endedAtMs: number;
  readonly endedBecause: string;
  /** Of the one that led to the verdict: how each of its steps ended, if it had any. */
  readonly steps: readonly StepReport[];
}

export function begun(entry: Entry & { kind: 'leased' }): Run {
  return {
    id: entry.run,
    number: entry.number,
    runner: entry.runner,
    classic: entry.classic,
    leasedAtMs: entry.atMs,
    end: null,
    endedAtMs: 0,
    endedBecause: '',
    steps: [],
  };
}

/** The runs, of which that one goes on with its runner. */
export function reopened(runs: readonly Run[], entry: Entry & { kind: 'resumed' }): readonly Run[] {
  return runs.map((run) =>
    run.id === entry.run ? { ...run, runner: entry.runner, end: null, endedBecause: '' } : run,
  );
}

/** A runner that never had the run cannot have died of it. */
export function endOf({ confirmed }: Entry & { kind: 'lost' }): 'lost' | 'unconfirmed' {
  return confirmed === false ? 'unconfirmed' : 'lost';
}

export function ended(run: Run, entry: Entry, end: NonNullable<Run['end']>, because: string): Run {
  return { ...run, end, endedAtMs: entry.atMs, endedBecause: because };
}

/** How the steps of the run ended, where the entry tells. */
export function stepsOf(entry: Entry): readonly StepReport[] {
  return 'steps' in entry ? (entry.steps ?? []) : [];
}
