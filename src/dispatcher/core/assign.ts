/**
 * Owns the decision which waiting job goes to which free runner. It costs the same with ten runners
 * and with ten thousand, however many jobs wait: only what has changed since the last decision is
 * looked at, a shape and an offer at a time.
 * Invariant: afterwards no free runner could take a job that waits.
 */

import { runId } from '../../protocol/ids.js';
import type { Peers } from './free-runners.js';
import type { Job } from './job.js';
import type { Runner } from './peers.js';
import { askAgainAtMs } from './rules.js';
import { namesOf, suits } from './shape.js';
import type { Turn } from './turn.js';

/** Gives waiting jobs to free runners: of the runners the one that has been idle longest first. */
export function assign(turn: Turn): void {
  const { jobs, pool, draining, pauses } = turn.state;
  jobs.queue.wake(turn.nowMs);
  pool.free.wake(turn.nowMs);
  if (draining || pauses.isAll || turn.isListening) return;
  const changed = changedPeers(turn);
  while (changed.size > 0) {
    const peers = longestIdle(changed);
    const match = matchFor(turn, peers);
    if (match === null) changed.delete(peers);
    else lease(turn, match.job, match.runner);
    if (peers.runners.size === 0) changed.delete(peers);
  }
  // What was free before is so no more, or was looked at just now.
  pool.free.takeChanged();
}

/** Free runners for whom something may have come, or who may have come for something. */
function changedPeers({ state }: Turn): Set<Peers> {
  const { jobs, pool } = state;
  const changed = new Set(pool.free.takeChanged().filter(({ runners }) => runners.size > 0));
  for (const { shape, size } of jobs.queue.takeChanged()) {
    if (size === 0) continue;
    for (const peers of pool.free.near(shape)) {
      if (suits(peers.offer, shape, state.severalRepositories)) changed.add(peers);
    }
  }
  return changed;
}

function longestIdle(all: Iterable<Peers>): Peers {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('nobody is free');
  const since = ({ runners }: Peers): number => {
    const [longest = Number.POSITIVE_INFINITY] = runners.values();
    return longest;
  };
  return others.reduce((chosen, peers) => (since(peers) < since(chosen) ? peers : chosen), first);
}

function matchFor(turn: Turn, { offer, runners }: Peers): { job: Job; runner: Runner } | null {
  const { jobs, severalRepositories } = turn.state;
  const own = severalRepositories ? namesOf(offer) : null;
  const takes = (job: Job) => firstThatTakes(runners.keys(), job, turn.nowMs);
  const id = jobs.queue.next(
    own ?? 'any',
    (shape) => suits(offer, shape, severalRepositories),
    (one) => takes(jobs.known(one)) !== undefined,
  );
  if (id === undefined) return null;
  const job = jobs.known(id);
  const runner = takes(job);
  return runner === undefined ? null : { job, runner };
}

/** Whoever did not have the commit is asked again only after a while. */
function firstThatTakes(free: Iterable<Runner>, job: Job, nowMs: number): Runner | undefined {
  for (const runner of free) if (askAgainAtMs(job, runner.name) <= nowMs) return runner;
  return undefined;
}

function lease(turn: Turn, job: Job, runner: Runner): void {
  const { state } = turn;
  const run = runId(state.start, state.nextRun);
  state.nextRun += 1;
  const number = job.runs.length + 1;
  const { commit, name, repository, branch, author, subject, work, cloneUrl } = job;
  const classic = runner.via.kind === 'classic';
  turn.append({ kind: 'leased', job: job.id, run, number, runner: runner.name, classic });
  state.pool.take(runner, run, runner.pingsSent + 1);
  if (runner.via.kind === 'session') {
    const body = {
      ...{ repository, job: name, branch, author, subject, number },
      ...(work !== null && { work, pipeline: pipelineOf(turn, job) }),
      ...(cloneUrl !== null && { cloneUrl }),
      ...state.settings.repositories.get(repository ?? '')?.assigned,
    };
    turn.send(runner.via.session, { verb: 'runtest', commit, run, body });
    // Answered in its turn: that pong says that the run has come there.
    turn.ping(runner, runner.via.session);
  } else {
    const { address, registration } = runner.via;
    const request = { verb: 'runtest', commit } as const;
    turn.ask({ kind: 'ask', runner: runner.key, registration, address, request, run });
  }
}

/** The first of the commit's jobs counts for all of them. */
function pipelineOf({ state }: Turn, job: Job): number {
  return Math.min(job.id, ...state.jobs.siblings(job).map(({ id }) => id));
}
