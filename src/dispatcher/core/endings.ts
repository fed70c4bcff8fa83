/**
 * Owns how a job ends, and what follows: its lease ends with it, and jobs of its commit that need it
 * go on once all that they need has ended as they want, or are skipped.
 */

import { type Commit, type RunId, short } from '../../protocol/ids.js';
import type { Job } from './job.js';
import type { Conclusion, Verdict } from './journal.js';
import type { Turn } from './turn.js';

/** Ends a job. Whoever holds its lease loses it, and is told unless it is the one reporting. */
export function finish(turn: Turn, job: Job, run: RunId | null, ending: Conclusion): void {
  const held = job.state.kind === 'leased' ? job.state.run : null;
  turn.append({ kind: 'finished', job: job.id, run, ...ending });
  if (held !== null) release(turn, held, held !== run);
  settleDependents(turn, job);
}

/** An ending that no runner reported. */
export function giveUp(turn: Turn, job: Job, verdict: Conclusion['verdict'], reason: string): void {
  finish(turn, job, null, {
    verdict,
    exitCode: null,
    signal: null,
    reason,
    logBytes: 0,
    durationMs: 0,
  });
}

/** The end of a job that was asked to end, for a newer commit perhaps, and of which no report came. */
export function giveUpAsAsked(turn: Turn, job: Job, by: Commit | null, because: string): void {
  const { verdict, reason } = asAsked(by);
  giveUp(turn, job, verdict, reason === '' ? because : `${reason}; ${because}`);
}

/** What it means that a job ended because it was asked to. */
export function asAsked(by: Commit | null): Pick<Conclusion, 'verdict' | 'reason'> {
  if (by === null) return { verdict: 'cancelled', reason: '' };
  return { verdict: 'superseded', reason: becauseOf(by) };
}

/** Why a job is superseded. */
export function becauseOf(newer: Commit): string {
  return `${short(newer)} came after it on its branch`;
}

/** Whoever holds that run does so no longer; `revoke`: and is told. */
export function release(turn: Turn, run: RunId, revoke: boolean): void {
  const holder = turn.state.pool.holderOf(run);
  if (holder === undefined) return;
  turn.state.pool.release(holder, run);
  if (revoke && holder.via.kind === 'session') {
    turn.send(holder.via.session, { verb: 'revoked', run });
  }
}

/** Looks at all that need that job, which is over. */
function settleDependents(turn: Turn, job: Job): void {
  for (const dependent of turn.state.jobs.siblings(job)) {
    if (dependent.needs.includes(job.name)) settle(turn, dependent);
  }
}

/** Lets the job go on, or skips it, where what it needs is over. */
export function settle(turn: Turn, { id }: Job): void {
  const job = turn.state.jobs.known(id);
  if (job.state.kind !== 'blocked') return;
  const needed = turn.state.jobs.siblings(job).filter(({ name }) => job.needs.includes(name));
  for (const { name, state } of needed) {
    if (state.kind !== 'finished' || meets(state.verdict, job)) continue;
    giveUp(turn, job, 'skipped', `it needs ${name}, which ${ended[state.verdict]}`);
    return;
  }
  if (!needed.every(({ state }) => state.kind === 'finished')) return;
  if (job.runsOn.includes('success') || needed.some(isRed)) {
    turn.append({ kind: 'unblocked', job: id });
  } else giveUp(turn, job, 'skipped', 'it is for a failure, and all that it needs passed');
}

/** One that runs on a failure, too, waits for the end only. */
function meets(verdict: Verdict, { runsOn }: Job): boolean {
  return verdict === 'passed' || runsOn.includes('failure');
}

function isRed({ state }: Job): boolean {
  return state.kind === 'finished' && state.verdict !== 'passed';
}

/** Those of the jobs that the job waits for. */
export function unmetNeeds(job: Job, siblings: readonly Job[]): string[] {
  const met = siblings.filter(
    ({ state }) => state.kind === 'finished' && meets(state.verdict, job),
  );
  return job.needs.filter((needed) => !met.some(({ name }) => name === needed));
}

/** Jobs that were skipped because of that one, or because of one that was so skipped; each once. */
export function skippedBecauseOf(job: Job, siblings: readonly Job[]): Job[] {
  const skipped = siblings.filter(
    ({ state }) => state.kind === 'finished' && state.verdict === 'skipped',
  );
  const found = new Set<Job>();
  collect(job);
  return [...found];

  function collect(cause: Job): void {
    for (const one of skipped) {
      if (found.has(one) || !one.needs.includes(cause.name)) continue;
      found.add(one);
      collect(one);
    }
  }
}

const ended: Readonly<Record<Verdict, string>> = {
  passed: 'passed',
  failed: 'failed',
  errored: 'errored',
  'timed-out': 'timed out',
  cancelled: 'was cancelled',
  superseded: 'was superseded',
  skipped: 'was skipped',
};
