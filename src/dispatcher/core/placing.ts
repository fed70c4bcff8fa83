/**
 * Owns the match between a waiting job and a runner, and the reason for a match that is missing.
 * Never leases. Choosing and explaining ask the same questions, so that the reason a person is
 * told is the reason why the job waits.
 */

import type { Job } from './job.js';
import type { Runner } from './pool.js';
import { askAgainAtMs, nextTry, type Setback } from './rules.js';

/** What the match depends on besides the job and the runner. */
export interface PlacingContext {
  readonly nowMs: number;
  /** More than one repository is known: a runner that names none cannot be trusted with any. */
  readonly severalRepositories: boolean;
}

/** Whether the runner could ever take the job, busy or not. */
export function suits(runner: Runner, job: Job, { severalRepositories }: PlacingContext): boolean {
  const isItsOwn = job.repository === null || runner.repository === job.repository;
  // Where only one is known, a runner that names none can have come for no other.
  return isItsOwn || !severalRepositories;
}

/** Whether the runner could take something now. */
export function isFree(runner: Runner, nowMs: number): boolean {
  return hasRoom(runner) && runner.backsOffUntilMs <= nowMs;
}

/** Of the runners that are free, the one to take the job: the longest idle. */
export function chooseRunner(
  free: readonly Runner[],
  job: Job,
  now: PlacingContext,
): Runner | undefined {
  if ((nextTry(job)?.atMs ?? 0) > now.nowMs) return undefined;
  let chosen: Runner | undefined;
  for (const runner of free) {
    const eligible = suits(runner, job, now) && askAgainAtMs(job, runner.name) <= now.nowMs;
    if (eligible && runner.idleSince < (chosen?.idleSince ?? Number.POSITIVE_INFINITY))
      chosen = runner;
  }
  return chosen;
}

/** Why a job waits; the words are the shell's (see wait-reasons.ts). Times are from now. */
export type WaitReason =
  | { readonly kind: 'no-runner' }
  | {
      readonly kind: 'untested';
      readonly repository: string | null;
      readonly tested: readonly (string | null)[];
    }
  | { readonly kind: 'retry'; readonly why: Setback; readonly inMs: number }
  | { readonly kind: 'commit-unknown'; readonly runners: readonly string[]; readonly inMs: number }
  | { readonly kind: 'runners-draining'; readonly runners: number }
  | { readonly kind: 'runners-refused'; readonly runners: readonly string[] }
  | { readonly kind: 'runners-busy'; readonly runners: number; readonly place: number }
  | { readonly kind: 'dispatcher-draining' }
  | { readonly kind: 'dispatcher-listening' };

/** Why the job still waits; `ahead` jobs of its repository come before it. */
export function whyWaiting(
  job: Job,
  ahead: number,
  runners: readonly Runner[],
  now: PlacingContext,
): WaitReason {
  if (runners.length === 0) return { kind: 'no-runner' };
  const suitable = runners.filter((runner) => suits(runner, job, now));
  if (suitable.length === 0) {
    const tested = [...new Set(runners.map(({ repository }) => repository))];
    return { kind: 'untested', repository: job.repository, tested };
  }
  const retry = nextTry(job);
  if (retry !== null && retry.atMs > now.nowMs) {
    return { kind: 'retry', why: retry.why, inMs: retry.atMs - now.nowMs };
  }
  const againInMs = suitable.map(({ name }) => askAgainAtMs(job, name) - now.nowMs);
  if (againInMs.every((ms) => ms > 0)) {
    return { kind: 'commit-unknown', runners: names(suitable), inMs: Math.min(...againInMs) };
  }
  if (suitable.every((runner) => runner.draining)) {
    return { kind: 'runners-draining', runners: suitable.length };
  }
  const backingOff = suitable.filter((runner) => hasRoom(runner) && !isFree(runner, now.nowMs));
  if (backingOff.length > 0) return { kind: 'runners-refused', runners: names(backingOff) };
  return { kind: 'runners-busy', runners: suitable.length, place: ahead + 1 };
}

function hasRoom({ runs, capacity, draining }: Runner): boolean {
  return runs.size < capacity && !draining;
}

function names(runners: readonly Runner[]): string[] {
  return runners.map(({ name }) => name);
}
