/**
 * Owns how what there is to be read of a job is put in order: the words of its run, then the log of each
 * step under a heading that says how it ended. Live and finished jobs, the followers of logs and the
 * results folder read the same.
 */

import type { StepReport } from '../../protocol/work.js';
import { stepEnding } from '../sentences.js';
import type { LogName } from '../store/log-names.js';
import type { Reading } from './readings.js';

/** One log of a job, or what there is still to come. */
export interface Part {
  /** Unique among all parts of all jobs and their runs. */
  readonly key: string;
  readonly reading: Reading;
  /** Null: the run's own. */
  readonly step: StepReport | null;
  readonly log: LogName | null;
  /** No more is to be expected of it. */
  readonly isOver: boolean;
}

/** In the order in which they are read. */
export function partsOf(reading: Reading): readonly Part[] {
  const { job, log, steps, isOver } = reading;
  const key = `${job}.${log?.number ?? 0}`;
  const own = { key, reading, step: null, log, isOver: isOver || steps.length > 0 };
  if (log === null) return [own];
  const ofSteps = steps.map((step): Part => {
    const hasLog = step.state !== 'skipped';
    return {
      key: `${key}.${step.number}`,
      reading,
      step,
      log: hasLog ? { ...log, step: step.number } : null,
      isOver: isOver || step.state !== 'running',
    };
  });
  // Further steps may begin, or, where the run is lost, another run; and what is said at last comes here.
  return [own, ...ofSteps, { ...own, key: `${key}.rest`, isOver }];
}

export function isRest({ key }: Part): boolean {
  return key.endsWith('.rest');
}

/** `--- test: passed after 1.2 s ---`, on a line of its own; empty for the run's own words. */
export function headingOf({ step }: Part): string {
  return step === null ? '' : `--- ${stepEnding(step)} ---\n`;
}
