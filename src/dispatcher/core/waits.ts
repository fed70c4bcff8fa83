/**
 * Owns the reason why a job waits. Never leases; it asks what the decision asks (see shape.ts and
 * rules.ts), so that the reason a person is told is the reason why the job waits.
 */

import { unmetNeeds } from './endings.js';
import { hasRoom } from './free-runners.js';
import type { Job } from './job.js';
import type { Runner } from './pool.js';
import { askAgainAtMs, nextTry, type Setback } from './rules.js';
import { isOfRepository, namesOf, suits } from './shape.js';
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
  /** Of those that test the repository, none carries all of these. */
  | { readonly kind: 'labels-wanted'; readonly labels: readonly string[]; readonly runners: number }
  /** Those that do are of a release that knows of no jobs by name. */
  | { readonly kind: 'runners-too-old'; readonly runners: readonly string[] }
  | { readonly kind: 'group-taken'; readonly group: string; readonly by: Job }
  | { readonly kind: 'retry'; readonly why: Setback; readonly inMs: number }
  | { readonly kind: 'commit-unknown'; readonly runners: readonly string[]; readonly inMs: number }
  | { readonly kind: 'runners-draining'; readonly runners: number }
  | { readonly kind: 'runners-refused'; readonly runners: readonly string[] }
  | { readonly kind: 'runners-busy'; readonly runners: number; readonly place: number }
  | { readonly kind: 'dispatcher-draining' }
  | { readonly kind: 'dispatcher-listening' };

/** Why the job still waits; `ahead` jobs of its shape come before it. */
export function whyWaiting(state: State, job: Job, ahead: number, nowMs: number): WaitReason {
  const { jobs, pool, severalRepositories } = state;
  if (job.state.kind === 'blocked') {
    return { kind: 'blocked', by: unmetNeeds(job, jobs.siblings(job)) };
  }
  if (state.draining) return { kind: 'dispatcher-draining' };
  if (nowMs < state.listensUntilMs) return { kind: 'dispatcher-listening' };
  const runners = pool.runners();
  const suitable = runners.filter(({ offer }) => suits(offer, job.shape, severalRepositories));
  if (suitable.length === 0) return whyNobody(job, runners, severalRepositories);
  const holder = jobs.groups.holderFor(job);
  if (holder !== undefined && job.shape.group !== null) {
    return { kind: 'group-taken', group: job.shape.group, by: jobs.known(holder) };
  }
  const retry = nextTry(job);
  if (retry !== null && retry.atMs > nowMs) {
    return { kind: 'retry', why: retry.why, inMs: retry.atMs - nowMs };
  }
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

function whyNobody(job: Job, runners: readonly Runner[], several: boolean): WaitReason {
  if (runners.length === 0) return { kind: 'no-runner' };
  const { shape } = job;
  const ofRepository = runners.filter(({ offer }) => isOfRepository(offer, shape, several));
  if (ofRepository.length === 0) {
    const tested = new Set<string | null>();
    for (const { offer } of runners) for (const name of namesOf(offer) ?? [null]) tested.add(name);
    return { kind: 'untested', repository: job.repository, tested: [...tested] };
  }
  const carrying = ofRepository.filter(({ offer }) =>
    shape.labels.every((label) => offer.labels.has(label)),
  );
  if (carrying.length > 0) return { kind: 'runners-too-old', runners: names(carrying) };
  return { kind: 'labels-wanted', labels: shape.labels, runners: ofRepository.length };
}

function names(runners: readonly Runner[]): string[] {
  return runners.map(({ name }) => name);
}
