/**
 * Owns the order of a job's steps: which begin now, which are left out, which are ended, and which
 * one the job owes its verdict to. Pure: it is told how each stands. Invariant: each begins at most
 * once, and none before all that it needs has ended.
 *
 *   services, all at once --> steps, each as soon as what it needs has ended --> who is not waited
 *                                                                               for is ended
 */

import type { Step, StepReport } from '../../protocol/work.js';

/** A step of a job, or one of its services. */
export interface Part {
  /** As its log has it. */
  readonly number: number;
  readonly step: Step;
  readonly isService: boolean;
}

export interface Standing {
  readonly state: StepReport['state'];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reason: string;
  /** Of one that goes on: whether it has come so far that others may rely on it. */
  readonly isUp: boolean;
}

/** By number; who is not in it waits for its turn. */
export type Standings = ReadonlyMap<number, Standing>;

export interface Job {
  readonly parts: readonly Part[];
  /** A step that exits with this code ends the job, as passed. */
  readonly stopOn: number | null;
}

export interface Turn {
  readonly start: readonly Part[];
  readonly skip: readonly { readonly part: Part; readonly because: string }[];
  /** Those that go on and are to go on no longer. */
  readonly end: readonly Part[];
  readonly isOver: boolean;
}

/** What is to be done now. `isGivenUp`: nothing is to begin any more, and nothing to go on. */
export function nextTurn(job: Job, told: Standings, isGivenUp: boolean): Turn {
  const { parts } = job;
  const standings = new Map(told);
  const start: Part[] = [];
  const skip: { part: Part; because: string }[] = [];
  const end = whyNoneBegins(job, told, isGivenUp);
  // Who is left out is no longer waited for, so that others may have their turn.
  for (let isNews = true; isNews; ) {
    isNews = false;
    let isForFailures: Part | null = null;
    for (const part of parts.filter(({ number }) => !standings.has(number))) {
      const due = end === null ? dueOf(part, parts, standings) : { skip: end };
      if (due === 'unless-failed') isForFailures ??= part;
      if (due === 'later' || due === 'unless-failed') continue;
      isNews = true;
      if (due === 'now') {
        start.push(part);
        standings.set(part.number, beginning);
      } else {
        skip.push({ part, because: due.skip });
        standings.set(part.number, leftOut);
      }
    }
    // Two branches would each wait for a failure of the other, though neither goes on.
    if (isNews || isForFailures === null || !areAllSettled(parts, standings)) continue;
    isNews = true;
    skip.push({ part: isForFailures, because: notFailed });
    standings.set(isForFailures.number, leftOut);
  }
  const going = parts.filter((part) => isGoing(part, standings));
  const isAwaited = parts.some((part) => !isAside(part) && !hasEnded(part, standings));
  const endsAll = isGivenUp || isCancelled(job, told);
  return {
    start,
    skip,
    end: going.filter((part) => endsAll || (isAside(part) && !isAwaited)),
    isOver: going.length === 0 && !isAwaited,
  };
}

/** The first whose failure the job fails by; null while there is none. */
export function culpritOf(
  { parts }: Pick<Job, 'parts'>,
  standings: Standings,
): { readonly part: Part; readonly standing: Standing } | null {
  for (const part of parts) {
    const standing = standings.get(part.number);
    if (standing !== undefined && hasFailed(part, standing)) return { part, standing };
  }
  return null;
}

/** The names of steps that wait for each other, or for such; none of them would ever begin. */
export function namesInCircles(steps: readonly Step[]): string[] {
  for (let left = steps; ; ) {
    const names = new Set(left.map(({ name }) => name));
    const waiting = left.filter(({ needs }) => needs.some((need) => names.has(need)));
    if (waiting.length === left.length) return [...names];
    left = waiting;
  }
}

/** Nobody waits for its end. */
export function isAside({ step, isService }: Part): boolean {
  return isService || step.isDetached;
}

const beginning: Standing = {
  ...{ state: 'running', exitCode: null, signal: null, reason: '', isUp: false },
};

const leftOut: Standing = { ...beginning, state: 'skipped' };

const notFailed = 'the job has not failed';

/** `unless-failed`: it is left out, unless one fails that may yet. */
type Due = 'now' | 'later' | 'unless-failed' | { readonly skip: string };

function dueOf(part: Part, parts: readonly Part[], standings: Standings): Due {
  if (part.isService) return 'now';
  const before = parts.filter(
    (other) => other.isService || part.step.needs.includes(other.step.name),
  );
  if (!before.every((other) => isSettled(other, standings))) return 'later';
  const { runsOn } = part.step;
  if (culpritOf({ parts }, standings) !== null) {
    return runsOn.includes('failure') ? 'now' : { skip: 'the job had failed' };
  }
  if (runsOn.includes('success')) return 'now';
  return mayFail(part, parts, standings) ? 'unless-failed' : { skip: notFailed };
}

/** Whether it has ended, or goes on and is not waited for. */
function isSettled(part: Part, standings: Standings): boolean {
  const isUp = standings.get(part.number)?.isUp === true;
  return hasEnded(part, standings) || (isAside(part) && isUp);
}

/** Whether nothing goes on that others wait for. */
function areAllSettled(parts: readonly Part[], standings: Standings): boolean {
  return parts.every((part) => !isGoing(part, standings) || isSettled(part, standings));
}

/** Whether a step that does not come after this one may still be what the job fails by. */
function mayFail(part: Part, parts: readonly Part[], standings: Standings): boolean {
  const after = namesAfter(part, parts);
  return parts.some((other) => {
    if (other === part || isAside(other) || after.has(other.step.name)) return false;
    if (hasEnded(other, standings)) return false;
    return isGoing(other, standings) || other.step.runsOn.includes('success');
  });
}

function namesAfter(part: Part, parts: readonly Part[]): ReadonlySet<string> {
  const names = new Set([part.step.name]);
  for (let size = 0; size < names.size; ) {
    size = names.size;
    for (const { step } of parts)
      if (step.needs.some((need) => names.has(need))) names.add(step.name);
  }
  return names;
}

/** Why those that have not begun never will; null where they may. */
function whyNoneBegins(job: Job, standings: Standings, isGivenUp: boolean): string | null {
  if (isGivenUp || isCancelled(job, standings)) return 'the job was ended';
  const { parts, stopOn } = job;
  if (stopOn === null || stopOn === 0) return null;
  const stopper = parts.find((part) => {
    const standing = standings.get(part.number);
    return !isAside(part) && standing?.state === 'passed' && standing.exitCode === stopOn;
  });
  return stopper === undefined ? null : `"${stopper.step.name}" ended the job`;
}

/** Whether one has failed that takes all others with it. */
function isCancelled({ parts }: Job, standings: Standings): boolean {
  return parts.some((part) => {
    const standing = standings.get(part.number);
    return part.step.failure === 'cancel' && standing !== undefined && hasFailed(part, standing);
  });
}

/** Of those that nobody waits for only a failure to begin counts. */
function hasFailed(part: Part, { state }: Standing): boolean {
  if (part.step.failure === 'ignore') return false;
  if (state === 'errored') return true;
  return !isAside(part) && (state === 'failed' || state === 'timed-out');
}

function hasEnded({ number }: Part, standings: Standings): boolean {
  const state = standings.get(number)?.state;
  return state !== undefined && state !== 'running';
}

function isGoing({ number }: Part, standings: Standings): boolean {
  return standings.get(number)?.state === 'running';
}
