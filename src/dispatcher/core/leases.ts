/**
 * Owns leases: how a run keeps its right to a job, and loses it (how it gets it stands in assign.ts).
 * A job has at most one live lease. A run without one overwrites nothing; the one exception is a
 * result that arrives while its job merely waits for another runner, which saves the effort.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import type { Report } from '../../protocol/job-bodies.js';
import { giveUp, giveUpAsAsked, release } from './endings.js';
import { conclude } from './flaky.js';
import { countsAs, type Job, runOf, shapeAt } from './job.js';
import type { PeerKey, Runner } from './peers.js';
import { whyRetriesAreExhausted } from './rules.js';
import { suits } from './shape.js';
import type { State, Turn } from './turn.js';

/**
 * Whether that run may still log and report: it has the lease, or it lost the lease and nobody
 * has got it since. A `rerun` wants new runs, so those from before it are over for good.
 * `from` is null for a classic result, which does not say who sends it.
 */
export function isWanted({ jobs, pool }: State, run: RunId, from: PeerKey | null): boolean {
  const job = jobs.ofRun(run);
  if (job === undefined) return false;
  const peer = from === null ? undefined : pool.get(from);
  if (peer !== undefined && peer.role !== 'runner') return false;
  if (job.state.kind === 'leased' && job.state.run === run) {
    // After a restart of ours nobody holds it yet: a result may arrive before its runner does.
    const holder = pool.holderOf(run);
    return holder === undefined || from === null || holder.key === from;
  }
  return job.state.kind === 'waiting' && countsAs(job, run, ['lost', 'unconfirmed', 'stopped']);
}

/** The run's report, if it is wanted, ends its job, or has it run once more. */
export function takeReport(turn: Turn, run: RunId, report: Report, from: PeerKey | null): boolean {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined || !isWanted(turn.state, run, from)) return false;
  const isLate = job.state.kind === 'waiting';
  const holder = turn.state.pool.holderOf(run);
  if (holder !== undefined) holder.refusals = 0;
  conclude(turn, job, run, report);
  if (isLate) turn.publish({ kind: 'late', run, commit: job.commit });
  return true;
}

/**
 * Whether that run's result was taken, as its job's end or as the first of two; `inStore`: so the store
 * says, where memory does not know.
 */
export function isRecorded({ jobs }: State, run: RunId, inStore: boolean): boolean {
  const job = jobs.ofRun(run);
  if (job === undefined) return inStore;
  const end = runOf(job, run)?.end;
  return end === 'finished' || end === 'failed';
}

/** A run that came back with its runner has its lease again, if nobody else got it meanwhile. */
export function resume(turn: Turn, run: RunId, runner: Runner): boolean {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined) return false;
  const { state } = job;
  const isWaitingForAnyone =
    state.kind === 'waiting' && countsAs(job, run, ['lost', 'unconfirmed']);
  if (!isWaitingForAnyone && !(state.kind === 'leased' && state.run === run)) return false;
  // Others of its group have been leased meanwhile.
  if (turn.state.jobs.groups.holdersFor(job).length > 0) return false;
  const former = turn.state.pool.holderOf(run);
  if (former !== undefined) turn.state.pool.release(former, run);
  turn.append({ kind: 'resumed', job: job.id, run, runner: runner.name });
  turn.state.pool.take(runner, run, null);
  if (job.cancelAskedAtMs !== null) askToCancel(turn, run, runner);
  return true;
}

/**
 * The lease ends without a report: the job waits again, or is given up. Where the runner never
 * confirmed it, a message was lost and not a runner: that costs the job none of its lives.
 */
export function lose(turn: Turn, run: RunId, runner: string, reason: string): void {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined) return;
  const isUnconfirmed = turn.state.pool.holderOf(run)?.unconfirmed.has(run) === true;
  const confirmed = isUnconfirmed ? ({ confirmed: false } as const) : {};
  release(turn, run, false);
  if (job.cancelAskedAtMs !== null) {
    const because = `its runner ${runner} ${reason} before it could report`;
    giveUpAsAsked(turn, job, job.supersededBy, because);
    return;
  }
  giveUpIfExhausted(
    turn,
    turn.append({ kind: 'lost', job: job.id, run, runner, reason, ...confirmed }),
  );
}

/** After the last run that the rules allow, the job is errored with its evidence. */
export function giveUpIfExhausted(turn: Turn, job: Job): void {
  const { pool, severalRepositories } = turn.state;
  const shape = shapeAt(job, turn.nowMs);
  const candidates = () =>
    pool
      .runners()
      .filter(({ draining, offer }) => !draining && suits(offer, shape, severalRepositories))
      .map(({ name }) => name);
  const reason = whyRetriesAreExhausted(job, candidates, turn.nowMs);
  if (reason !== null) giveUp(turn, job, 'errored', reason);
}

/** Asks the runner of a job to end it; what cannot be told to stop is over at once. */
export function askToEnd(turn: Turn, job: Job, supersededBy: Commit | null): void {
  if (job.state.kind !== 'leased') return;
  const { run } = job.state;
  const holder = turn.state.pool.holderOf(run);
  if (holder?.via.kind === 'classic') {
    const because = `the classic runner ${holder.name} cannot be told to stop`;
    return giveUpAsAsked(turn, job, supersededBy, because);
  }
  const why = supersededBy === null ? {} : { supersededBy };
  if (job.cancelAskedAtMs === null) turn.append({ kind: 'cancel-asked', job: job.id, ...why });
  if (holder !== undefined) askToCancel(turn, run, holder);
}

export function askToCancel(turn: Turn, run: RunId, runner: Runner): void {
  if (runner.via.kind === 'session') turn.send(runner.via.session, { verb: 'cancel', run });
}
