/**
 * Owns what the waterfall of a commit consists of: a row for each job and each of its steps, and on it bars
 * of time: what waited, and what ran where. Pure.
 */

import type { Documents, JobOfCommit, RunOfJob, State } from '../../../protocol/documents.js';
import type { Span } from './axis.js';
import { criticalPath } from './critical-path.js';

type CommitDocument = Documents['commit'];
type StepOfRun = RunOfJob['steps'][number];
export type PlannedStep = JobOfCommit['plan'][number];

/** `blocked`: until what it needs had ended; `waited`: for a runner. */
export interface Bar extends Span {
  readonly kind: 'blocked' | 'waited' | 'ran';
  readonly state: State;
  /** How it ended, in the words of the document. */
  readonly says: string;
  /** Empty for what waited. */
  readonly runner: string;
  /** Null: there is none. */
  readonly log: string | null;
}

export interface Row {
  readonly key: string;
  readonly name: string;
  readonly state: State;
  readonly bars: readonly Bar[];
  readonly isCritical: boolean;
}

export interface JobRow extends Row {
  readonly job: number;
  readonly reason: string;
  readonly steps: readonly Row[];
}

export interface Waterfall {
  readonly rows: readonly JobRow[];
  /** The jobs that kept all others waiting, from the first to the last; empty while it goes on. */
  readonly path: readonly JobRow[];
}

export function waterfallOf({ jobs, finishedAtMs }: CommitDocument, nowMs: number): Waterfall {
  const isOver = finishedAtMs !== null;
  const critical = isOver ? criticalPath(jobs.map((job) => timed(job, jobs))) : [];
  const rows = jobs.map((job) =>
    jobRow(job, jobs, { nowMs, isCritical: critical.includes(job.job) }),
  );
  const path = critical.flatMap((id) => rows.find(({ job }) => job === id) ?? []);
  return { rows, path };
}

/**
 * What its axis must show: all but what is blocked, for then others run or wait, unless it is a night
 * between a verdict and a re-run.
 */
export function busySpans({ rows }: Waterfall): Span[] {
  const bars = rows.flatMap((row) => row.bars);
  const busy = bars.filter(({ kind }) => kind !== 'blocked');
  return busy.length > 0 ? busy : bars;
}

/** Whether one of its jobs was run anew after a verdict. */
export function wasRunAgain(jobs: readonly JobOfCommit[]): boolean {
  return jobs.some(({ runs }) => runs.slice(0, -1).some((run) => !goesOnAfter(run)));
}

/** Its end was no verdict. */
function goesOnAfter({ ending }: RunOfJob): boolean {
  return ending === 'lost' || ending === 'handed back';
}

/** The jobs of its repository that it needs. */
export function neededBy(job: JobOfCommit, jobs: readonly JobOfCommit[]): JobOfCommit[] {
  return jobs.filter(
    ({ repository, name }) => repository === job.repository && job.needs.includes(name),
  );
}

/** The numbers of the steps that it needs. */
export function stepsNeededBy(step: PlannedStep, plan: readonly PlannedStep[]): number[] {
  return plan.filter(({ name }) => step.needs.includes(name)).map(({ number }) => number);
}

/** How a run or a step ended, as one of the states that have a sign. */
export function stateOfEnding(ending: string): State {
  switch (ending) {
    case 'running':
    case 'passed':
    case 'failed':
    case 'errored':
    case 'timed-out':
    case 'cancelled':
    case 'superseded':
    case 'skipped':
      return ending;
    case 'lost':
      return 'errored';
    case 'abandoned':
      return 'cancelled';
    // Handed back to be run elsewhere; stopped, as a service is that nobody needs any longer.
    default:
      return 'skipped';
  }
}

function timed(job: JobOfCommit, jobs: readonly JobOfCommit[]) {
  return {
    id: job.job,
    needs: neededBy(job, jobs).map(({ job: id }) => id),
    endMs: job.finishedAtMs,
  };
}

interface Seen {
  readonly nowMs: number;
  readonly isCritical: boolean;
}

function jobRow(job: JobOfCommit, jobs: readonly JobOfCommit[], seen: Seen): JobRow {
  const { job: id, name, state, reason, runs } = job;
  const bars = [...waits(job, jobs, seen.nowMs), ...runs.map((run) => barOfRun(run, seen.nowMs))];
  bars.sort((one, other) => one.fromMs - other.fromMs);
  const steps = stepRows(job, seen);
  return {
    key: String(id),
    job: id,
    name,
    state,
    reason,
    bars,
    steps,
    isCritical: seen.isCritical,
  };
}

function barOfRun(run: RunOfJob, nowMs: number): Bar {
  const { ending, runner, leasedAtMs: fromMs, endedAtMs } = run;
  const untilMs = endedAtMs ?? nowMs;
  return {
    kind: 'ran',
    fromMs,
    untilMs,
    state: stateOfEnding(ending),
    says: ending,
    runner,
    log: run.run,
  };
}

/** Before its first run, and between one that was no verdict and the next. */
function waits(job: JobOfCommit, jobs: readonly JobOfCommit[], nowMs: number): Bar[] {
  const bars: Bar[] = [];
  const needed = neededBy(job, jobs).map(({ finishedAtMs }) => finishedAtMs ?? nowMs);
  let fromMs: number | null = job.acceptedAtMs;
  const readyAtMs = Math.max(job.acceptedAtMs, ...needed);
  for (const run of job.runs) {
    if (fromMs !== null) bars.push(...waited(fromMs, run.leasedAtMs, readyAtMs));
    fromMs = goesOnAfter(run) ? run.endedAtMs : null;
  }
  const isWaiting = job.state === 'waiting' || job.state === 'blocked';
  if (isWaiting) bars.push(...waited(fromMs ?? nowMs, nowMs, readyAtMs));
  else if (job.runs.length === 0 && job.finishedAtMs !== null) {
    bars.push(...waited(job.acceptedAtMs, job.finishedAtMs, readyAtMs));
  }
  return bars;
}

function waited(fromMs: number, untilMs: number, readyAtMs: number): Bar[] {
  const splitMs = Math.min(Math.max(fromMs, readyAtMs), untilMs);
  const common = { runner: '', log: null };
  const bars: Bar[] = [
    { ...common, kind: 'blocked', state: 'blocked', says: 'blocked', fromMs, untilMs: splitMs },
    { ...common, kind: 'waited', state: 'waiting', says: 'waiting', fromMs: splitMs, untilMs },
  ];
  return bars.filter((bar) => bar.untilMs > bar.fromMs);
}

/** Of the last run, as far as its runner has told, and of the plan what is still to come. */
function stepRows({ job, plan, runs }: JobOfCommit, { nowMs, isCritical }: Seen): Row[] {
  const run = runs.at(-1);
  if (run === undefined) return [];
  const told = new Map(run.steps.map((step) => [step.number, step]));
  const critical = isCritical ? criticalSteps(plan, run) : [];
  const planned = plan.map(({ number, name }) => ({ number, name }));
  const all = planned.length > 0 ? planned : run.steps;
  return all.map(({ number, name }) => {
    const step = told.get(number);
    return {
      key: `${job}.${number}`,
      name,
      state: step === undefined ? 'waiting' : stateOfEnding(step.state),
      bars: step === undefined ? [] : barsOfStep(step, run, nowMs),
      isCritical: critical.includes(number),
    };
  });
}

function barsOfStep(step: StepOfRun, run: RunOfJob, nowMs: number): Bar[] {
  const { startedAfterMs, durationMs, state, number, isIgnored } = step;
  if (startedAfterMs === null) return [];
  const endMs = run.endedAtMs ?? nowMs;
  const fromMs = Math.min(run.leasedAtMs + startedAfterMs, endMs);
  const untilMs = durationMs === null ? endMs : Math.min(fromMs + durationMs, endMs);
  const says = isIgnored && state === 'failed' ? 'failed, which does not count' : state;
  const log = `${run.run}.${number}`;
  return [{ kind: 'ran', fromMs, untilMs, state: stateOfEnding(state), says, runner: '', log }];
}

function criticalSteps(plan: readonly PlannedStep[], run: RunOfJob): number[] {
  const ends = new Map(
    run.steps.map(({ number, isService, startedAfterMs, durationMs }) => {
      const isTimed = !isService && startedAfterMs !== null && durationMs !== null;
      return [number, isTimed ? startedAfterMs + durationMs : null];
    }),
  );
  return criticalPath(
    plan.map((step) => ({
      id: step.number,
      needs: stepsNeededBy(step, plan),
      endMs: ends.get(step.number) ?? null,
    })),
  );
}
