/**
 * Owns the scene in which an observer is checked: a repository to which we push, a clone of it, a
 * dispatcher that we play, and the observer itself.
 */

import { join } from 'node:path';
import type { Commit } from '../../../protocol/ids.js';
import type { Request } from '../../../protocol/messages.js';
import { Complaint } from '../complaint.js';
import { type Heard, opensSession, Port, type Reply } from '../peers/port.js';
import type { Session } from '../peers/session.js';
import type { Program } from '../program.js';
import { cloneOf, commitTo, emptyRepository } from '../repositories.js';
import type { Scene } from '../scene.js';
import type { Dialect, Setting } from '../stage.js';

/** So often we ping in a session. */
export const heartbeatEveryMs = 250;

export interface ObserverAtWork {
  readonly scene: Scene;
  readonly port: Port;
  readonly program: Program;
  /** What was there before the observer was. */
  readonly first: Commit;
  /** Pushes so many commits to `main`, upon `from`, or upon what is there; answers their ids. */
  push(count: number, from?: Commit): Promise<Commit[]>;
  /** Pushes one. */
  pushOne(from?: Commit): Promise<Commit>;
  /** Answers the `dispatch` of that commit, once it comes. */
  dispatched(commit: Commit): Promise<Heard>;
  setPinging(isPinging: boolean): void;
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
  const { scene, folder, dialect, atEnd } = setting;
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

  const port = new Port(scene, (request) => answered(request, dialect));
  await port.open();
  let isPinging = true;
  const heart = setInterval(() => {
    if (!isPinging) return;
    for (const session of port.sessions) session.say({ verb: 'ping' });
  }, heartbeatEveryMs);
  atEnd(() => {
    clearInterval(heart);
    port.close();
  });
  const program = setting.program({
    port: String(port.port),
    dispatcher: `localhost:${port.port}`,
    repo: clone,
  });
  await program.start();
  return {
    scene,
    port,
    program,
    first,
    push,
    pushOne,
    dispatched: (commit) => port.hears('dispatch', (request) => request.commit === commit),
    setPinging: (is) => {
      isPinging = is;
    },
  };
}

/** What a dispatcher answers, of which a stage says nothing else. */
export function answered(request: Request, dialect: Dialect): Reply {
  if (request.verb !== 'hello') return 'OK';
  return dialect === 'session' ? opensSession : 'Invalid command';
}

/** Answers that to each `dispatch` from now on, and to all else what is usual. */
export function answersDispatch({ port }: ObserverAtWork, reply: Reply): void {
  port.answers = (request) => (request.verb === 'dispatch' ? reply : answered(request, 'classic'));
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
