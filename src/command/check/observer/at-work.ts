/**
 * Owns the scene in which an observer is checked: a repository to which we push, a clone of it, a
 * dispatcher that we play, and the observer itself.
 */

import { join } from 'node:path';
import type { Commit } from '../../../protocol/ids.js';
import { Complaint } from '../complaint.js';
import {
  heartbeatEveryMs,
  type PlayedDispatcher,
  playDispatcher,
  usual,
} from '../peers/dispatcher.js';
import type { Heard, Reply } from '../peers/port.js';
import type { Session } from '../peers/session.js';
import type { Program } from '../program.js';
import { cloneOf, commitTo, emptyRepository } from '../repositories.js';
import type { Scene } from '../scene.js';
import type { Setting } from '../stage.js';

export interface ObserverAtWork extends PlayedDispatcher {
  readonly scene: Scene;
  readonly program: Program;
  /** What was there before the observer was. */
  readonly first: Commit;
  /** Pushes so many commits to `main`, upon `from`, or upon what is there; answers their ids. */
  push(count: number, from?: Commit): Promise<Commit[]>;
  /** Pushes one. */
  pushOne(from?: Commit): Promise<Commit>;
  /** Answers the `dispatch` of that commit, once it comes. */
  dispatched(commit: Commit): Promise<Heard>;
}

/** The observer has been started, and has told of the commit that was there. */
export async function begun(setting: Setting): Promise<ObserverAtWork> {
  const observer = await observerAtWork(setting);
  await observer.dispatched(observer.first);
  return observer;
}

/** The same in a session; the commit that was there is accepted. */
export async function begunInSession(
  setting: Setting,
): Promise<{ readonly observer: ObserverAtWork; readonly opened: Session }> {
  const observer = await observerAtWork(setting);
  const opened = await welcomed(observer);
  await accepts(opened, [observer.first]);
  return { observer, opened };
}

/** The observer has been started, upon a clone that has all that was pushed so far. */
async function observerAtWork(setting: Setting): Promise<ObserverAtWork> {
  const { scene, folder } = setting;
  const [origin, clone] = [join(folder, 'demo.git'), join(folder, 'demo')];
  await emptyRepository(origin, '--bare');
  let tip: Commit | null = null;
  let pushed = 0;
  const push = async (count: number, from: Commit | null = tip) => {
    const planned = Array.from({ length: count }, () => {
      pushed += 1;
      return { subject: `commit ${pushed}`, files: { 'a.txt': `${pushed}\n` } };
    });
    const commits = await commitTo(origin, planned, from);
    tip = commits.at(-1) ?? tip;
    return commits;
  };
  const pushOne = async (from?: Commit) => {
    const [commit] = await push(1, from);
    if (commit === undefined) throw new Error('no commit was made');
    return commit;
  };
  const first = await pushOne();
  await cloneOf(origin, clone);

  const dispatcher = await playDispatcher(setting);
  const { port } = dispatcher;
  const address = `localhost:${port.port}`;
  const program = setting.program({ port: String(port.port), dispatcher: address, repo: clone });
  await program.start();
  const dispatched = (commit: Commit) =>
    port.hears('dispatch', (request) => request.commit === commit);
  return { ...dispatcher, scene, program, first, push, pushOne, dispatched };
}

/** Answers that to each `dispatch` from now on, and to all else what is usual. */
export function answersDispatch({ port }: ObserverAtWork, reply: Reply): void {
  port.answers = (request) => (request.verb === 'dispatch' ? reply : usual(request, 'classic'));
}

/** A session that has been welcomed; `lacks`: what this dispatcher does not remember. */
export async function welcomed(
  { port }: ObserverAtWork,
  lacks: readonly Commit[] = [],
): Promise<Session> {
  const session = await port.session();
  if (session.hello?.role !== 'observer') {
    throw new Complaint(
      `expected a hello with "role":"observer", but it has "role":"${session.hello?.role}"`,
    );
  }
  const body = { session: 's00000000-1', heartbeatEveryMs, lacks: [...lacks], isNew: false };
  session.say({ verb: 'welcome', body });
  return session;
}

/** Hears of these commits, in whatever order, and says of each that it is on disk. */
export async function accepts(session: Session, commits: readonly Commit[]): Promise<void> {
  for (const commit of commits) {
    await session.hears('dispatch', (message) => message.commit === commit);
    session.say({ verb: 'accepted', commit });
  }
}
