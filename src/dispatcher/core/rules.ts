/**
 * Owns the dispatcher's numbers and the policy of retries: what is tried again, how often, when.
 * Red tests are never retried, or once where that is wanted (flaky.ts); infrastructure is.
 */

import { heartbeatEveryMs, missedPingsMax } from '../../protocol/limits.js';
import { countedRuns, interruptedRun, type Job } from './job.js';
import type { Run } from './run.js';

/** A commit that costs three runners is taken for poison, not for bad luck, unless its plan says so. */
export const lostRunsMax = 3;

/**
 * After the n-th time that it could not be fetched, that a machine had no room for it, or that a
 * runner's repository did not have it, so long until the next. Meanwhile those behind it have
 * their turn; after the last one the job is errored.
 */
const retryAfterMs = [1_000, 5_000, 30_000, 120_000, 600_000];

/** A commit that no repository has yet is waited for as long as a remote that is away. */
export const patienceMs = retryAfterMs.reduce((sum, ms) => sum + ms, 0);

/** After a restart, or when it stood still, runs wait so long for their runners to come back. */
export const returnWithinMs = 5_000;

/** Who finds no partner for so long is told of: longer than processes take to come back. */
export const unmatchedForMs = 2 * returnWithinMs;
/**
 * So long without an event: a process that was frozen, a machine that slept or is overloaded. Peers go
 * away after three heartbeats; the last thing that they heard may be one old, or a little more where
 * the store takes its time. So none has gone unnoticed.
 */
export const stalledAfterMs = 1.5 * heartbeatEveryMs;

/** When it stood still, so long it only listens: two beats, and there is much to hear. */
export const listenForMs = heartbeatEveryMs / 2;

/** A lease that its runner never confirmed is given anew at once so often; then with pauses. */
const unconfirmedAtOnceMax = 3;

/** A runner that does not report a cancelled run within this loses it. */
export const cancelWithinMs = 30_000;

/** Why a peer that is only silent loses its session, its leases and its place. */
export const missedPings = `missed ${missedPingsMax} pings`;

/** A beat is a quarter of the heartbeat: the grain in which silence is counted. */
export const beatsPerHeartbeat = 4;

export const beatEveryMs = heartbeatEveryMs / beatsPerHeartbeat;

/** Whether this is the beat of that peer, once in so many heartbeats. */
export function isDue(
  { beats }: { readonly beats: number },
  { phase }: { readonly phase: number },
  heartbeats: number,
): boolean {
  return (beats + phase) % (beatsPerHeartbeat * heartbeats) === 0;
}

/** Silence for longer than this costs a peer its session: three pings unanswered. */
export const silentBeatsMax = missedPingsMax * beatsPerHeartbeat;

/** A classic runner that went away is tried again once in so many heartbeats… */
export const reconnectHeartbeats = 5;

/** …and forgotten after so many tries (nine minutes): it registers anew when it starts anew. */
export const reconnectsMax = 120;

/** More addresses than that are no pool but an attack. */
export const classicRunnersMax = 1_000;

/** Runners and repositories that are paused at once: each takes memory as long as it is. */
export const pausesMax = 1_000;

/** A runner that says BUSY, or hands back, is left alone for a second; then twice as long… */
const backoffFirstMs = 1_000;
const backoffMostMs = 60_000;

/** How long a runner is left alone after its `refusals`-th refusal in a row. */
export function backoffMs(refusals: number): number {
  return Math.min(backoffFirstMs * 2 ** (refusals - 1), backoffMostMs);
}

/** So long a finished job stays in memory: longer than any result can be in flight in a turn. */
export const finishedRememberedMs = 10_000;

/**
 * Why a job whose last run was lost or handed back is given up; null where it is tried again.
 * `candidates` are the names of the runners that could test it, busy or not: each of them has the
 * last word once patience is over, because another's repository may be the one that has it.
 */
export function whyRetriesAreExhausted(
  job: Job,
  candidates: () => readonly string[],
  nowMs: number,
): string | null {
  const lost = countedRuns(job).filter(({ end }) => end === 'lost');
  const lostMost = job.retries === null ? lostRunsMax : job.retries + 1;
  if (lost.length >= lostMost) {
    const evidence = lost.map((run) => `${run.runner} ${run.endedBecause}`).join('; ');
    const who = lost.length === 1 ? 'its runner was' : `${lost.length} runners were`;
    return `${who} lost while testing it: ${evidence}`;
  }
  const failures = countedRuns(job).filter(isInfrastructureFailure);
  if (failures.length > retryAfterMs.length) {
    const evidence = failures.map((run) => `${run.runner}: ${run.endedBecause}`);
    const what = failures.at(-1)?.end === 'machine-fault' ? 'no machine could run it' : unfetched;
    return `${what}: ${evidence.at(-1)}`;
  }
  const unconfirmed = countedRuns(job).filter(isUnconfirmed);
  if (unconfirmed.length > unconfirmedAtOnceMax + retryAfterMs.length) {
    return `${unconfirmed.length} times it came to no runner: ${unconfirmed.at(-1)?.endedBecause}`;
  }
  const unknown = countedRuns(job).filter(isUnknown);
  const patientUntilMs = (unknown[0]?.endedAtMs ?? nowMs) + patienceMs;
  const lately = unknown.filter(({ endedAtMs }) => endedAtMs >= patientUntilMs);
  if (lately.length === 0) return null;
  const askedLately = new Set(lately.map(({ runner }) => runner));
  const able = candidates();
  if (able.length > 0 && able.every((runner) => askedLately.has(runner))) {
    const asked = new Set(unknown.map(({ runner }) => runner));
    return `no repository has this commit (asked ${[...asked].join(', ')})`;
  }
  return null;
}

/** Why a job is tried again only after a pause: what came of its last run. */
export type Setback =
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'machine-fault'; readonly runner: string }
  | { readonly kind: 'could-not-fetch' };

/** The earliest time at which a job may be tried again after such a failure, and why. */
export function nextTry(job: Job): { readonly atMs: number; readonly why: Setback } | null {
  const last = interruptedRun(job);
  if (last === undefined) return null;
  if (isUnconfirmed(last)) {
    const count = countedRuns(job).filter(isUnconfirmed).length - unconfirmedAtOnceMax;
    return { atMs: last.endedAtMs + (retryAfterMs[count - 1] ?? 0), why: { kind: 'unconfirmed' } };
  }
  if (!isInfrastructureFailure(last)) return null;
  const count = countedRuns(job).filter(isInfrastructureFailure).length;
  const why: Setback =
    last.end === 'machine-fault'
      ? { kind: 'machine-fault', runner: last.runner }
      : { kind: 'could-not-fetch' };
  return { atMs: last.endedAtMs + (retryAfterMs[count - 1] ?? 0), why };
}

const unfetched = 'it could not be fetched';

function isInfrastructureFailure({ end }: Run): boolean {
  return end === 'could-not-fetch' || end === 'machine-fault';
}

function isUnconfirmed({ end }: Run): boolean {
  return end === 'unconfirmed';
}

/** When that runner, which did not have the commit, is asked again: its remote may lag a push. */
export function askAgainAtMs(job: Job, runner: string): number {
  const answers = countedRuns(job).filter((run) => isUnknown(run) && run.runner === runner);
  const last = answers.at(-1);
  if (last === undefined) return 0;
  return last.endedAtMs + (retryAfterMs[answers.length - 1] ?? Math.max(...retryAfterMs));
}

/** Whether a runner's repository did not have its commit. */
export function isUnknownSomewhere(job: Job): boolean {
  return countedRuns(job).some(isUnknown);
}

function isUnknown({ end }: Run): boolean {
  return end === 'unknown-commit';
}
