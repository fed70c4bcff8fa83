/**
 * Owns the reason why a job waits. Never leases; it asks what the decision asks (see shape.ts and
 * rules.ts), so that the reason a person is told is the reason why the job waits.
 */

import { unmetNeeds } from './endings.js';
import { hasRoom } from './free-runners.js';
import { type Job, shapeAt } from './job.js';
import type { JobId } from './journal.js';
import type { Runner } from './peers.js';
import { askAgainAtMs, nextTry, type Setback } from './rules.js';
import { carries, isOfRepository, namesOf, type Shape, suits } from './shape.js';
import type { State } from './turn.js';

/** Why a job waits; the words are the shell's (see wait-reasons.ts). Times are from now. */
export type WaitReason =
  | { readonly kind: 'blocked'; readonly by: readonly string[] }
  | { readonly kind: 'no-runner' }
  | {
      readonly kind: 'untested';
      readonly repository: string | null;
      readonly tested: readonly (string | null)[];
    }
  /** Nothing new is leased: at all, of its repository, or to those runners that could test it. */
  | { readonly kind: 'paused'; readonly what: 'all' | 'repository' }
  | { readonly kind: 'runners-paused'; readonly runners: readonly string[] }
  /** Of those that test the repository, none carries all of one of these sets. */
  | {
      readonly kind: 'labels-wanted';
      readonly labels: readonly (readonly string[])[];
      readonly runners: number;
      /** What will do as well in a while. */
      readonly later: { readonly labels: readonly string[]; readonly inMs: number } | null;
    }
  /** Those that do are of a release that knows of no jobs by name. */
  | { readonly kind: 'runners-too-old'; readonly runners: readonly string[] }
  | { readonly kind: 'group-taken'; readonly group: string; readonly by: readonly Job[] }
  | { readonly kind: 'retry'; readonly why: Setback; readonly inMs: number }
  | { readonly kind: 'commit-unknown'; readonly runners: readonly string[]; readonly inMs: number }
  | { readonly kind: 'runners-draining'; readonly runners: number }
  | { readonly kind: 'runners-refused'; readonly runners: readonly string[] }
  | { readonly kind: 'runners-busy'; readonly runners: number; readonly place: number }
  | { readonly kind: 'dispatcher-draining' }
  | { readonly kind: 'dispatcher-listening' };

/** Why the job still waits; `ahead` jobs that want the same come before it. */
function whyWaiting(state: State, job: Job, ahead: number, nowMs: number): WaitReason {
  const { jobs, pool, pauses, severalRepositories } = state;
  if (job.state.kind === 'blocked') {
    return { kind: 'blocked', by: unmetNeeds(job, jobs.siblings(job)) };
  }
  if (state.draining) return { kind: 'dispatcher-draining' };
  if (nowMs < state.listensUntilMs) return { kind: 'dispatcher-listening' };
  if (pauses.isAll) return { kind: 'paused', what: 'all' };
  if (pauses.has(`repository:${job.repository}`)) return { kind: 'paused', what: 'repository' };
  const runners = pool.runners();
  const shape = shapeAt(job, nowMs);
  const able = runners.filter(({ offer }) => suits(offer, shape, severalRepositories));
  if (able.length === 0) return whyNobody(job, shape, runners, severalRepositories, nowMs);
  const holders = jobs.groups.holdersFor(job);
  if (holders.length > 0 && shape.group !== null) {
    const by = holders.map((id) => jobs.known(id));
    return { kind: 'group-taken', group: shape.group, by };
  }
  const retry = nextTry(job);
  if (retry !== null && retry.atMs > nowMs) {
    return { kind: 'retry', why: retry.why, inMs: retry.atMs - nowMs };
  }
  const suitable = able.filter(({ paused }) => !paused);
  if (suitable.length === 0) return { kind: 'runners-paused', runners: names(able) };
  const againInMs = suitable.map(({ name }) => askAgainAtMs(job, name) - nowMs);
  if (againInMs.every((ms) => ms > 0)) {
    return { kind: 'commit-unknown', runners: names(suitable), inMs: Math.min(...againInMs) };
  }
  if (suitable.every((runner) => runner.draining)) {
    return { kind: 'runners-draining', runners: suitable.length };
  }
  const backingOff = suitable.filter((runner) => hasRoom(runner) && runner.backsOffUntilMs > nowMs);
  if (backingOff.length > 0) return { kind: 'runners-refused', runners: names(backingOff) };
  return { kind: 'runners-busy', runners: suitable.length, place: ahead + 1 };
}

function whyNobody(
  job: Job,
  shape: Shape,
  runners: readonly Runner[],
  several: boolean,
  nowMs: number,
): WaitReason {
  if (runners.length === 0) return { kind: 'no-runner' };
  const ofRepository = runners.filter(({ offer }) => isOfRepository(offer, shape, several));
  if (ofRepository.length === 0) {
    const tested = new Set<string | null>();
    for (const { offer } of runners) for (const name of namesOf(offer) ?? [null]) tested.add(name);
    return { kind: 'untested', repository: job.repository, tested: [...tested] };
  }
  const carrying = ofRepository.filter(({ offer }) => carries(offer, shape));
  if (carrying.length > 0) return { kind: 'runners-too-old', runners: names(carrying) };
  const { labels } = shape;
  return { kind: 'labels-wanted', labels, runners: ofRepository.length, later: later(job, nowMs) };
}

/** What the job will be content with next. */
function later({ wider, wantedSinceMs }: Job, nowMs: number) {
  const next = wider.find(({ afterMs }) => wantedSinceMs + afterMs > nowMs);
  if (next === undefined) return null;
  const labels = next.shape.labels.at(-1) ?? [];
  return { labels, inMs: wantedSinceMs + next.afterMs - nowMs };
}

function names(runners: readonly Runner[]): string[] {
  return runners.map(({ name }) => name);
}

/** A job that waits or is blocked, and why. */
export interface Wait {
  readonly job: Job;
  readonly why: WaitReason;
}

/** The first `most` of all, in the order in which they are to be served. */
export function firstWaits(state: State, most: number, nowMs: number): Wait[] {
  const waits: Wait[] = [];
  for (const { job, ahead } of inLine(state, nowMs)) {
    if (waits.length >= most) break;
    waits.push({ job, why: whyWaiting(state, job, ahead, nowMs) });
  }
  return waits;
}

/** Why each of these waits that does. */
export function waitsOf(state: State, jobs: readonly Job[], nowMs: number): Map<JobId, WaitReason> {
  const blocked = jobs.filter((job) => job.state.kind === 'blocked');
  const waiting = new Set(jobs.filter((job) => job.state.kind === 'waiting').map(({ id }) => id));
  const why = new Map(blocked.map((job) => [job.id, whyWaiting(state, job, 0, nowMs)]));
  // All of them on one way along the line, as far as need be.
  for (const { job, ahead } of waiting.size > 0 ? inLine(state, nowMs) : []) {
    if (waiting.delete(job.id)) why.set(job.id, whyWaiting(state, job, ahead, nowMs));
    if (waiting.size === 0) break;
  }
  return why;
}

/** Those that want something else wait for other runners. */
function* inLine({ jobs }: State, nowMs: number): Generator<{ job: Job; ahead: number }> {
  const ahead = new Map<string, number>();
  for (const job of jobs.waiting()) {
    const { wants } = shapeAt(job, nowMs);
    const place = ahead.get(wants) ?? 0;
    yield { job, ahead: place };
    ahead.set(wants, place + 1);
  }
  for (const job of jobs.blocked()) yield { job, ahead: 0 };
}
