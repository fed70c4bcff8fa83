/**
 * Owns what is asked of jobs from outside the pool: hand over, cancel, test again, poll now.
 */

import type { Commit } from '../../protocol/ids.js';
import { defaultJob } from '../../protocol/job-bodies.js';
import { giveUp, settle, skippedBecauseOf } from './endings.js';
import type { EventOf, RequestId } from './events.js';
import { alsoOnMax, isOn, type Job } from './job.js';
import { askToEnd } from './leases.js';
import { asSet } from './settings.js';
import { supersedeOlder } from './superseding.js';
import type { Turn } from './turn.js';

/** Accepts a commit once, with all its jobs: handed over again it is the same jobs. */
export function dispatch(turn: Turn, event: EventOf<'dispatch'>): void {
  const { from, commit } = event;
  const { jobs: plan = [defaultJob], isDefaultBranch, isTip, ...description } = event.description;
  const { branch } = description;
  turn.recall(event.histories);
  const { state } = turn;
  const observer = 'session' in from ? state.pool.get(from.session) : undefined;
  const repository = observer?.repository ?? onlyRepository(state.repositories);
  // A session that is gone may have said it before its branch moved on.
  const newest = state.jobs.newest.of(repository, branch) ?? event.newest;
  const isBack = isTip && observer !== undefined && newest !== undefined && newest !== commit;
  const known = turn.jobsOf(commit).filter((job) => isSame(job.repository, repository));
  if (known.length > 0) knownAgain(turn, known, branch, isBack);
  else {
    const by = observer?.name ?? 'a request';
    const of = { kind: 'accepted', repository, commit, ...description, by } as const;
    const settings = state.settings.repositories.get(repository ?? '');
    const accepted = plan.map((one) => {
      const { ended, ...planned } = asSet(one, settings);
      const { id } = turn.append({ ...of, ...planned, job: state.nextJob });
      state.nextJob += 1;
      return { id, ended };
    });
    state.jobs.newest.note({ repository, branch, commit, atMs: turn.nowMs });
    // Once all are there: what needs one of these is settled with it, unless it was over itself.
    for (const { id, ended } of accepted.toReversed()) {
      if (ended !== undefined) giveUp(turn, state.jobs.known(id), ended.verdict, ended.reason);
    }
    supersedeOlder(turn, { repository, commit, branch, isDefaultBranch });
  }
  if ('session' in from) turn.send(from.session, { verb: 'accepted', commit });
  else turn.reply(from.request, { kind: 'accepted' });
}

/**
 * A branch that none of these jobs was known on is put on record, so many at most; and one that stood
 * elsewhere meanwhile, whether they were known on it or not.
 */
function knownAgain(turn: Turn, jobs: readonly Job[], branch: string, isBack = false): void {
  const isFurther = (job: Job) => !isOn(job, branch) && job.alsoOn.length < alsoOnMax;
  // Of a job without a repository no branch is told, wherever it stands.
  const isNews = (job: Job) => isFurther(job) || (isBack && job.repository !== null);
  const news = branch === '' ? [] : jobs.filter(isNews);
  for (const job of news) {
    const again = isOn(job, branch) && ({ again: true } as const);
    turn.append({ kind: 'known-on', job: job.id, branch, ...again });
    turn.state.jobs.newest.note({ ...job, branch, atMs: turn.nowMs });
  }
  const [first] = jobs;
  if (news.length === 0 && first !== undefined)
    turn.publish({ kind: 'known', job: first.id, commit: first.commit });
}

/** Ends what is waiting, asks the runner of what is running. */
export function cancel(
  turn: Turn,
  { request, commit, job: name, histories }: EventOf<'cancel' | 'rerun'>,
): void {
  turn.recall(histories);
  const jobs = jobsNamed(turn, request, commit, name);
  if (jobs.length === 0) return;
  const open = jobs.filter(isOpen);
  for (const { id } of inReverse(open)) cancelJob(turn, turn.state.jobs.known(id));
  turn.reply(request, { kind: open.length === 0 ? 'already-finished' : 'done' });
}

/** The same for all jobs of a branch; of which repository must be clear. */
export function cancelBranch(
  turn: Turn,
  { request, repository, branch }: EventOf<'cancel-branch'>,
): void {
  const jobs = turn.state.jobs
    .unfinished()
    .filter((job) => isOn(job, branch) && (repository ?? job.repository) === job.repository);
  const [one, ...others] = new Set(jobs.map((job) => job.repository));
  if (one === undefined) {
    turn.reply(request, { kind: 'nothing-on-branch', branch });
  } else if (others.length > 0) {
    const repositories = [one, ...others].map((name) => name ?? '').sort();
    turn.reply(request, { kind: 'ambiguous-branch', branch, repositories });
  } else {
    for (const { id } of inReverse(jobs)) cancelJob(turn, turn.state.jobs.known(id));
    turn.reply(request, { kind: 'done' });
  }
}

/**
 * A finished job waits again, and with it those that were skipped because of it; its runs and their
 * logs stay.
 */
export function rerun(
  turn: Turn,
  { request, commit, job: name, histories }: EventOf<'cancel' | 'rerun'>,
): void {
  turn.recall(histories);
  const jobs = jobsNamed(turn, request, commit, name);
  if (jobs.length === 0) return;
  const finished = jobs.filter((job) => !isOpen(job));
  const also = finished.flatMap((job) => skippedBecauseOf(job, turn.state.jobs.siblings(job)));
  const all = [...new Set([...finished, ...also].map(({ id }) => id))];
  for (const id of all) turn.append({ kind: 'rerun-asked', job: id });
  for (const id of all) settle(turn, turn.state.jobs.known(id));
  turn.reply(request, { kind: finished.length === 0 ? 'not-finished' : 'done' });
}

/** Makes the observers poll their repositories now. */
export function poll(turn: Turn, { request, repository }: EventOf<'poll'>): void {
  const all = turn.state.pool.observers();
  const own = all.filter((observer) => observer.repository === repository);
  const observers = own.length > 0 ? own : all;
  for (const { session } of observers) turn.send(session, { verb: 'poll' });
  turn.reply(request, { kind: observers.length > 0 ? 'done' : 'no-observer' });
}

/** All jobs of the commit, or those of that name; where there is none, whoever asks is told so. */
function jobsNamed(turn: Turn, request: RequestId, commit: Commit, name: string | null): Job[] {
  const jobs = turn.jobsOf(commit);
  const meant = jobs.filter((job) => name === null || job.name === name);
  if (jobs.length === 0) turn.reply(request, { kind: 'unknown-commit' });
  else if (meant.length === 0 && name !== null) {
    turn.reply(request, { kind: 'unknown-job', name, names: jobs.map((job) => job.name) });
  }
  return meant;
}

/** Those that need others come first: they are cancelled as well, and not skipped for these. */
function inReverse(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => b.id - a.id);
}

function isOpen({ state }: Job): boolean {
  return state.kind !== 'finished';
}

function cancelJob(turn: Turn, job: Job): void {
  if (job.state.kind !== 'leased') {
    giveUp(turn, job, 'cancelled', 'it was cancelled while it waited');
    return;
  }
  askToEnd(turn, job, null);
}

/** A job that names no repository is the same as one that does: the commit id is. */
function isSame(one: string | null, other: string | null): boolean {
  return one === other || one === null || other === null;
}

function onlyRepository(repositories: ReadonlySet<string>): string | null {
  const [only, ...others] = repositories;
  return only !== undefined && others.length === 0 ? only : null;
}
