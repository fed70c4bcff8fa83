/**
 * Owns what is looked up in the store because somebody speaks of it: jobs that memory has forgotten,
 * runs that a runner holds, commits that an observer takes for handed over. Never changes anything.
 */

import type { Hello } from '../../protocol/bodies.js';
import type { Commit } from '../../protocol/ids.js';
import type { DispatcherCore } from '../core/core.js';
import type { EventOf, HeldRun, Histories } from '../core/events.js';
import type { Store } from '../store/store.js';
import type { LogRoom } from './log-room.js';

/** The jobs of the commit that memory has forgotten; what it has is newer than the store. */
export function histories(core: DispatcherCore, store: Store, commit: Commit): Histories {
  const forgotten = store.jobsOf(commit).filter(({ id }) => core.job(id) === undefined);
  return forgotten.map(({ id }) => store.history(id));
}

/** The hand-over of a commit, with what the store knows of it. */
export function dispatched(
  core: DispatcherCore,
  store: Store,
  handover: Omit<EventOf<'dispatch'>, 'kind' | 'histories'>,
): EventOf<'dispatch'> {
  return { kind: 'dispatch', ...handover, histories: histories(core, store, handover.commit) };
}

/** What is stored of the runs that a runner says it holds. */
export function heldRuns(store: Store, logs: LogRoom, { runs }: Hello): HeldRun[] {
  return runs.map(({ run, commit }) => ({
    run,
    commit,
    loggedBytes: logs.size(run),
    recorded: store.isRecorded(run),
  }));
}

/** What an observer takes for handed over, and this store, a backup perhaps, does not have. */
export function missing(store: Store, { role, repository, handedOver = [] }: Hello) {
  if (role !== 'observer' || repository === null) return {};
  const lacks = handedOver.filter((commit) => !store.hasJob(commit, repository));
  // A commit that was handed over by hand may belong to no repository by name.
  const isNew = lacks.length === handedOver.length && !store.hasJobs(repository);
  return { lacks, isNew };
}
