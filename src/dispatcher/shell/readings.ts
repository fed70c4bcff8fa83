/**
 * Owns what there is to be read of a commit: each of its jobs with its log by now, as memory has it
 * or, forgotten, as the journal tells it; and how they are told apart where there are several.
 */

import type { Commit } from '../../protocol/ids.js';
import { type StepReport, stepReport } from '../../protocol/work.js';
import type { DispatcherCore } from '../core/core.js';
import { countedRuns, type Job, jobFrom } from '../core/job.js';
import type { JobId } from '../core/journal.js';
import type { Run } from '../core/run.js';
import type { LogName } from '../store/log-names.js';
import type { LogFiles } from '../store/logs.js';
import type { Store } from '../store/store.js';
import type { LiveSteps } from './live-steps.js';
import { histories } from './recall.js';

/** A job to be read: its latest run's log, null before the first, its steps, and whether more may come. */
export interface Reading {
  readonly job: JobId;
  readonly repository: string | null;
  readonly name: string;
  readonly log: LogName | null;
  /** Those of the run that have begun, or, once it is over, all. */
  readonly steps: readonly StepReport[];
  readonly isOver: boolean;
}

/**
 * Of every job of the commit, those that memory has forgotten first; or of that run of each job that has
 * had so many.
 */
export async function readingsOf(
  core: DispatcherCore,
  store: Store,
  { steps, files }: { readonly steps: LiveSteps; readonly files: LogFiles },
  { commit, run: number }: { readonly commit: Commit; readonly run: number | null },
): Promise<Reading[]> {
  const forgotten = (await histories(core, store, commit)).flatMap((all) => jobFrom(all) ?? []);
  const all = [...forgotten, ...core.jobsOf(commit)];
  if (number === null) return all.map((job) => readingOf(job, steps));
  return all.flatMap((job) => {
    const run = job.runs.find((each) => each.number === number);
    if (run === undefined) return [];
    const isCurrent = run === currentRun(job);
    const reading = isCurrent ? readingOf(job, steps) : readingOfEnded(job, run, files);
    return [{ ...reading, isOver: run.end !== null }];
  });
}

/** Of those that memory has: nothing else can change. */
export function liveReadings(core: DispatcherCore, steps: LiveSteps, commit: Commit): Reading[] {
  return core.jobsOf(commit).map((job) => readingOf(job, steps));
}

function readingOf(job: Job, live: LiveSteps): Reading {
  const { id, repository, name, state, runs } = job;
  const isOver = state.kind === 'finished';
  const run = currentRun(job);
  const steps = run === undefined ? [] : isOver ? run.steps : live.of(run.id);
  const log = runs.length > 0 || isOver ? logNameOf(job) : null;
  return { job: id, repository, name, log, steps, isOver };
}

function readingOfEnded(job: Job, run: Run, files: LogFiles): Reading {
  const { id, repository, name, commit } = job;
  const log = { commit, job: id, number: run.number };
  const steps = run.steps.length > 0 ? run.steps : stepsWithLogs(job, log, files);
  return { job: id, repository, name, log, steps, isOver: true };
}

/** What a run did that was lost, by what is left of it: nobody has told how its steps ended. */
function stepsWithLogs({ work }: Job, log: LogName, files: LogFiles): StepReport[] {
  const steps = [...(work?.steps ?? []), ...(work?.services ?? [])];
  return steps.flatMap(({ name }, index) => {
    const number = index + 1;
    const logBytes = files.size({ ...log, step: number });
    if (logBytes === 0) return [];
    const report = { number, name, state: 'stopped', reason: nobodyKnows, logBytes };
    return [stepReport.parse(report)];
  });
}

const nobodyKnows = 'how it ended is not known, as its run was lost';

/** How a repository is called that nobody has named. */
export const unnamed = 'an unnamed repository';

/** What tells that job from the others: its repository, its name, or both; empty: it is alone. */
export function toldApart(
  { repository, name }: Pick<Reading, 'repository' | 'name'>,
  all: readonly Pick<Reading, 'repository' | 'name'>[],
): string[] {
  const isShared = all.some((other) => other.repository !== repository);
  const isOneOfSeveral = all.some((other) => other.name !== name);
  return [...(isShared ? [repository ?? unnamed] : []), ...(isOneOfSeveral ? [name] : [])];
}

/** The log of a job by now; one that ended without any run has a log of its own, for the reason. */
export function logNameOf(job: Job): LogName {
  return { commit: job.commit, job: job.id, number: currentRun(job)?.number ?? 0 };
}

/**
 * Whose output is the job's by now: the run with the lease or the verdict, else the last one. An end
 * without a run is none of an earlier verdict's affair, whose log stays as it is.
 */
function currentRun(job: Job): Run | undefined {
  const { state, runs } = job;
  const chosen = 'run' in state ? state.run : null;
  const last = state.kind === 'finished' ? countedRuns(job).at(-1) : runs.at(-1);
  return runs.find(({ id }) => id === chosen) ?? last;
}
