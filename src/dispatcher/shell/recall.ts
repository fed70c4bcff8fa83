/**
 * Owns what is looked up in the store because somebody speaks of it: jobs that memory has forgotten,
 * runs that a runner holds, commits that an observer takes for handed over. Never changes anything.
 */

import type { Hello } from '../../protocol/bodies.js';
import type { Commit, RunId } from '../../protocol/ids.js';
import type { DispatcherCore } from '../core/core.js';
import type { EventOf, HeldRun, Histories } from '../core/events.js';
import type { Entry, JobId } from '../core/journal.js';
import type { Store } from '../store/store.js';
import type { LogRoom } from './log-room.js';

/** The jobs of the commit, where memory has forgotten them; what it has is newer than the store. */
export async function histories(
  core: DispatcherCore,
  store: Store,
  commit: Commit,
): Promise<Histories> {
  // It has all of them or none.
  if (core.jobsOf(commit).length > 0) return [];
  const rows = await store.jobsOf(commit);
  const known = new Map<JobId, readonly Entry[]>();
  const unread = () => rows.filter(({ id }) => core.job(id) === undefined && !known.has(id));
  // While one is read, memory may forget another.
  for (let [next] = unread(); next !== undefined; [next] = unread()) {
    known.set(next.id, await store.history(next.id));
  }
  return [...known.values()];
}

/** The hand-over of a commit, with what the store knows of it. */
export async function dispatched(
  core: DispatcherCore,
  store: Store,
  handover: Omit<EventOf<'dispatch'>, 'kind' | 'histories'>,
): Promise<EventOf<'dispatch'>> {
  const newest = await whereItStood(core, store, handover);
  // Last of all: what memory has now, it may forget while something else is looked up.
  const known = await histories(core, store, handover.commit);
  return { kind: 'dispatch', ...handover, ...newest, histories: known };
}

/** Where a branch was seen last of which an observer says that it stands at that commit now. */
async function whereItStood(
  core: DispatcherCore,
  store: Store,
  { from, description: { branch, isTip } }: Pick<EventOf<'dispatch'>, 'from' | 'description'>,
): Promise<Pick<EventOf<'dispatch'>, 'newest'>> {
  if (!isTip || !('session' in from)) return {};
  const observer = core.observers().find(({ session }) => session === from.session);
  if (observer === undefined || observer.repository === null) return {};
  return { newest: await store.newestOn(observer.repository, branch) };
}

/** Whether a run's result is on disk, where memory has forgotten its job; else the core knows. */
export async function isInStore(core: DispatcherCore, store: Store, run: RunId): Promise<boolean> {
  return core.jobOfRun(run) === undefined && (await store.isRecorded(run));
}

/** What is stored of the runs that a runner says it holds; of those that memory has, nothing is asked. */
export function heldRuns(
  core: DispatcherCore,
  store: Store,
  logs: LogRoom,
  { runs }: Hello,
): Promise<HeldRun[]> {
  const lookUp = async ({ run, commit }: Hello['runs'][number]) => {
    const inStore = await isInStore(core, store, run);
    return { run, commit, logged: logs.logged(run), inStore };
  };
  return Promise.all(runs.map(lookUp));
}

/** What an observer takes for handed over, and this store, a backup perhaps, does not have. */
export async function missing(store: Store, { role, repository, handedOver = [] }: Hello) {
  if (role !== 'observer' || repository === null) return {};
  const lacks = [...(await store.lacking(handedOver, repository))];
  // A commit that was handed over by hand may belong to no repository by name.
  const isNew = lacks.length === handedOver.length && !(await store.hasJobs(repository));
  return { lacks, isNew };
}
