/**
 * Owns the match between a waiting job and a runner, and the words for a match that is missing.
 * Never leases. Choosing and explaining ask the same questions, so that the reason a person is
 * told is the reason why the job waits.
 */

import type { Job } from './job.js';
import type { Runner } from './pool.js';
import { askAgainAtMs, notBefore } from './rules.js';

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
  if ((notBefore(job)?.atMs ?? 0) > now.nowMs) return undefined;
  let chosen: Runner | undefined;
  for (const runner of free) {
    const eligible = suits(runner, job, now) && askAgainAtMs(job, runner.name) <= now.nowMs;
    if (eligible && runner.turn < (chosen?.turn ?? Number.POSITIVE_INFINITY)) chosen = runner;
  }
  return chosen;
}

/** Why the job still waits, as half a sentence: "2 runners, both busy, third in line". */
export function whyWaiting(
  job: Job,
  ahead: number,
  runners: readonly Runner[],
  now: PlacingContext,
): string {
  if (runners.length === 0) return 'no runner is registered';
  const suitable = runners.filter((runner) => suits(runner, job, now));
  if (suitable.length === 0) {
    const tested = [...new Set(runners.map(({ repository }) => repository ?? 'none they named'))];
    return `no runner tests the repository ${job.repository} (they test ${tested.join(', ')})`;
  }
  const retry = notBefore(job);
  if (retry !== null && retry.atMs > now.nowMs) {
    return `${retry.why}; tried again in ${seconds(retry.atMs - now.nowMs)}`;
  }
  const againInMs = suitable.map(({ name }) => askAgainAtMs(job, name) - now.nowMs);
  if (againInMs.every((ms) => ms > 0)) {
    const lacks = suitable.length === 1 ? 'does not have' : 'do not have';
    const when = seconds(Math.min(...againInMs));
    return `${names(suitable)} ${lacks} the commit yet; asked again in ${when}`;
  }
  const draining = suitable.filter((runner) => runner.draining).length;
  if (draining === suitable.length) return `${count(draining)} for it, shutting down`;
  const backingOff = suitable.filter((runner) => hasRoom(runner) && !isFree(runner, now.nowMs));
  if (backingOff.length > 0) return `${names(backingOff)} refused a run just now; asked again soon`;
  const all = suitable.length === 1 ? 'busy' : suitable.length === 2 ? 'both busy' : 'all busy';
  return `${count(suitable.length)}, ${all}, ${place(ahead + 1)} in line`;
}

function hasRoom({ runs, capacity, draining }: Runner): boolean {
  return runs.size < capacity && !draining;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

/** "ada", "ada and bob", "ada, bob and eve". */
const enumeration = new Intl.ListFormat('en-GB');

function names(runners: readonly Runner[]): string {
  const shown = runners.slice(0, 3).map(({ name }) => name);
  return enumeration.format(runners.length > 3 ? [...shown, 'others'] : shown);
}

function count(runners: number): string {
  return runners === 1 ? '1 runner' : `${runners} runners`;
}

function place(position: number): string {
  const words = ['first', 'second', 'third', 'fourth', 'fifth'];
  return words[position - 1] ?? `number ${position}`;
}
