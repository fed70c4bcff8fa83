/**
 * Owns what is asked of jobs from outside the pool: hand over, cancel, test again, poll now.
 */

import { defaultJob } from '../../protocol/bodies.js';
import type { EventOf } from './events.js';
import type { Job } from './job.js';
import { askToCancel, giveUp } from './leases.js';
import type { Turn } from './turn.js';

/** Accepts a commit once: the same commit handed over again is the same job. */
export function dispatch(turn: Turn, event: EventOf<'dispatch'>): void {
  const { from, commit } = event;
  const { jobs: plan = [defaultJob], ...description } = event.description;
  turn.recall(event.histories);
  const { state } = turn;
  const observer = 'session' in from ? state.pool.get(from.session) : undefined;
  const repository = observer?.repository ?? onlyRepository(state.repositories);
  const known = turn.jobsOf(commit).find((job) => isSame(job.repository, repository));
  if (known !== undefined) {
    turn.publish({ kind: 'known', job: known.id, commit });
  } else {
    const by = observer?.name ?? 'a request';
    for (const planned of plan) {
      const job = state.nextJob;
      state.nextJob += 1;
      turn.append({ kind: 'accepted', job, repository, commit, ...planned, ...description, by });
    }
  }
  if ('session' in from) turn.send(from.session, { verb: 'accepted', commit });
  else turn.reply(from.request, { kind: 'accepted' });
}

/** Ends what is waiting, asks the runner of what is running. */
export function cancel(
  turn: Turn,
  { request, commit, histories }: EventOf<'cancel' | 'rerun'>,
): void {
  turn.recall(histories);
  const jobs = turn.jobsOf(commit);
  const open = jobs.filter(({ state }) => state.kind !== 'finished');
  for (const job of open) cancelJob(turn, job);
  if (jobs.length === 0) turn.reply(request, { kind: 'unknown-commit' });
  else if (open.length === 0) turn.reply(request, { kind: 'already-finished' });
  else turn.reply(request, { kind: 'done' });
}

/** The same for all jobs of a branch; of which repository must be clear. */
export function cancelBranch(
  turn: Turn,
  { request, repository, branch }: EventOf<'cancel-branch'>,
): void {
  const jobs = turn.state.jobs
    .unfinished()
    .filter((job) => job.branch === branch && (repository ?? job.repository) === job.repository);
  const [one, ...others] = new Set(jobs.map((job) => job.repository));
  if (one === undefined) {
    turn.reply(request, { kind: 'nothing-on-branch', branch });
  } else if (others.length > 0) {
    const repositories = [one, ...others].map((name) => name ?? '').sort();
    turn.reply(request, { kind: 'ambiguous-branch', branch, repositories });
  } else {
    for (const job of jobs) cancelJob(turn, job);
    turn.reply(request, { kind: 'done' });
  }
}

/** A finished job waits again; its runs and their logs stay. */
export function rerun(
  turn: Turn,
  { request, commit, histories }: EventOf<'cancel' | 'rerun'>,
): void {
  turn.recall(histories);
  const jobs = turn.jobsOf(commit);
  const finished = jobs.filter(({ state }) => state.kind === 'finished');
  for (const job of finished) turn.append({ kind: 'rerun-asked', job: job.id });
  if (jobs.length === 0) turn.reply(request, { kind: 'unknown-commit' });
  else if (finished.length === 0) turn.reply(request, { kind: 'not-finished' });
  else turn.reply(request, { kind: 'done' });
}

/** Makes the observers poll their repositories now. */
export function poll(turn: Turn, { request }: EventOf<'poll'>): void {
  const observers = turn.state.pool.observers();
  for (const { session } of observers) turn.send(session, { verb: 'poll' });
  turn.reply(request, { kind: observers.length > 0 ? 'done' : 'no-observer' });
}

function cancelJob(turn: Turn, job: Job): void {
  if (job.state.kind !== 'leased') {
    giveUp(turn, job, 'cancelled', 'it was cancelled while it waited');
    return;
  }
  const { run } = job.state;
  const holder = turn.state.pool.holderOf(run);
  if (holder?.via.kind === 'classic') {
    giveUp(turn, job, 'cancelled', `the classic runner ${holder.name} cannot be told to stop`);
    return;
  }
  if (job.cancelAskedAtMs === null) turn.append({ kind: 'cancel-asked', job: job.id });
  if (holder !== undefined) askToCancel(turn, run, holder);
}

/** A job that names no repository is the same as one that does: the commit id is. */
function isSame(one: string | null, other: string | null): boolean {
  return one === other || one === null || other === null;
}

function onlyRepository(repositories: ReadonlySet<string>): string | null {
  const [only, ...others] = repositories;
  return only !== undefined && others.length === 0 ? only : null;
}
