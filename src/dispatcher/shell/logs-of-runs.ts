/**
 * Owns which file a log on the wire means, and how many logs a run may have.
 */

import { type LogId, ownerOf } from '../../protocol/ids.js';
import { stepLogsMax } from '../../protocol/limits.js';
import type { Work } from '../../protocol/work.js';
import type { DispatcherCore } from '../core/core.js';
import type { LogName } from '../store/log-names.js';

/** Null where memory has no such run, or its plan no such step. */
export function nameIn(core: DispatcherCore, log: LogId): LogName | null {
  const { run, step } = ownerOf(log);
  const job = core.jobOfRun(run);
  const number = job?.runs.find(({ id }) => id === run)?.number;
  if (job === undefined || number === undefined || step > stepLogsOf(job.work)) return null;
  return { commit: job.commit, job: job.id, number, ...(step > 0 && { step }) };
}

/** Logs that a run may have besides its own; what its runner plans itself, nobody knows before. */
export function stepLogsOf(work: Work | null): number {
  return work === null ? stepLogsMax : work.steps.length + work.services.length + 1;
}
