/**
 * Owns leases: how a run gets its right to a job, keeps it, and loses it.
 * A job has at most one live lease. A run without one overwrites nothing; the one exception is a
 * result that arrives while its job merely waits for another runner, which saves the effort.
 */

import type { Report } from '../../protocol/bodies.js';
import { type RunId, runId, type SessionId } from '../../protocol/ids.js';
import { hasAttempt, type Job } from './job.js';
import type { Conclusion } from './journal.js';
import { chooseRunner, isFree, suits } from './placing.js';
import type { Peer, PeerKey, Runner } from './pool.js';
import { whyRetriesAreExhausted } from './rules.js';
import type { State, Turn } from './turn.js';

/** Gives waiting jobs to free runners, in the order of the queue. */
export function assign(turn: Turn): void {
  const { jobs, pool, draining } = turn.state;
  if (draining || turn.isListening || jobs.waitingCount === 0) return;
  let free = pool.runners().filter((runner) => isFree(runner, turn.nowMs));
  const isPlaced = (job: Job): boolean => {
    const runner = chooseRunner(free, job, turn.placingContext);
    if (runner === undefined) return false;
    lease(turn, job, runner);
    free = free.filter((other) => isFree(other, turn.nowMs));
    return true;
  };
  if (free.length === 0) return;
  for (const job of jobs.interrupted()) isPlaced(job);
  // The first of each repository speaks for all of it: nobody is free for those behind it either.
  while (free.length > 0 && [...jobs.nextInTurn()].some(isPlaced));
}

/**
 * Whether that run may still log and report: it has the lease, or it lost the lease and nobody
 * has got it since. A `rerun` wants new runs, so those from before it are over for good.
 * `from` is null for a classic result, which does not say who sends it.
 */
export function isWanted({ jobs, pool }: State, run: RunId, from: PeerKey | null): boolean {
  const job = jobs.ofRun(run);
  if (job === undefined) return false;
  if (from !== null && pool.get(from)?.role === 'observer') return false;
  if (job.state.kind === 'leased' && job.state.run === run) {
    // After a restart of ours nobody holds it yet: a result may arrive before its runner does.
    const holder = pool.holderOf(run);
    return holder === undefined || from === null || holder.key === from;
  }
  return job.state.kind === 'waiting' && hasAttempt(job, run, ['lost', 'unconfirmed', 'stopped']);
}

/** The run's report ends its job, if it is wanted. */
export function takeReport(turn: Turn, run: RunId, report: Report, from: PeerKey | null): boolean {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined || !isWanted(turn.state, run, from)) return false;
  const isLate = job.state.kind === 'waiting';
  const holder = turn.state.pool.holderOf(run);
  if (holder !== undefined) holder.refusals = 0;
  const { end, exitCode, signal, reason, logBytes, durationMs } = report;
  finish(turn, job, run, { verdict: end, exitCode, signal, reason, logBytes, durationMs });
  if (isLate) turn.publish({ kind: 'late', run, commit: job.commit });
  return true;
}

/** Ends a job. Whoever holds its lease loses it, and is told unless it is the one reporting. */
export function finish(turn: Turn, job: Job, run: RunId | null, ending: Conclusion): void {
  const held = job.state.kind === 'leased' ? job.state.run : null;
  turn.append({ kind: 'finished', job: job.id, run, ...ending });
  if (held !== null) release(turn, held, held !== run);
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

/** A run that came back with its runner has its lease again, if nobody else got it meanwhile. */
export function resume(turn: Turn, run: RunId, runner: Runner): boolean {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined) return false;
  const { state } = job;
  const isWaitingForAnyone =
    state.kind === 'waiting' && hasAttempt(job, run, ['lost', 'unconfirmed']);
  if (!isWaitingForAnyone && !(state.kind === 'leased' && state.run === run)) return false;
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
    giveUp(turn, job, 'cancelled', `its runner ${runner} ${reason} before it could report`);
    return;
  }
  giveUpIfExhausted(
    turn,
    turn.append({ kind: 'lost', job: job.id, run, runner, reason, ...confirmed }),
  );
}

/** After the last attempt that the rules allow, the job is errored with its evidence. */
export function giveUpIfExhausted(turn: Turn, job: Job): void {
  const candidates = turn.state.pool
    .runners()
    .filter((runner) => !runner.draining && suits(runner, job, turn.placingContext));
  const names = candidates.map(({ name }) => name);
  const reason = whyRetriesAreExhausted(job, names, turn.nowMs);
  if (reason !== null) giveUp(turn, job, 'errored', reason);
}

export function askToCancel(turn: Turn, run: RunId, runner: Runner): void {
  if (runner.via.kind === 'session') turn.send(runner.via.session, { verb: 'cancel', run });
}

function lease(turn: Turn, job: Job, runner: Runner): void {
  const { state } = turn;
  const run = runId(state.start, state.nextRun);
  state.nextRun += 1;
  const number = job.runs.length + 1;
  const { commit, name, repository, branch, author, subject } = job;
  const classic = runner.via.kind === 'classic';
  turn.append({ kind: 'leased', job: job.id, run, number, runner: runner.name, classic });
  state.pool.take(runner, run, runner.pingsSent + 1);
  if (runner.via.kind === 'session') {
    const body = { repository, job: name, branch, author, subject, number };
    turn.send(runner.via.session, { verb: 'runtest', commit, run, body });
    // Answered in its turn: that pong says that the run has come there.
    ping(turn, runner, runner.via.session);
  } else {
    const { address } = runner.via;
    turn.ask({
      kind: 'classic',
      runner: runner.key,
      address,
      request: { verb: 'runtest', commit },
      run,
    });
  }
}

/** Asks a session for a sign of life. */
export function ping(turn: Turn, peer: Peer, session: SessionId): void {
  peer.pingsSent += 1;
  turn.send(session, { verb: 'ping' });
}

function release(turn: Turn, run: RunId, revoke: boolean): void {
  const holder = turn.state.pool.holderOf(run);
  if (holder === undefined) return;
  turn.state.pool.release(holder, run);
  if (revoke && holder.via.kind === 'session') {
    turn.send(holder.via.session, { verb: 'revoked', run });
  }
}
