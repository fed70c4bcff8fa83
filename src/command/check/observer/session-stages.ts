/**
 * Owns the later stages of the observer's ladder, in sessions: `dispatch` with what is known of the
 * commit, and `accepted` once it is on disk.
 */

import { encodeSession } from '../../../protocol/encoder.js';
import type { Commit } from '../../../protocol/ids.js';
import { Complaint } from '../complaint.js';
import { isSilentUntilDialled } from '../peers/dispatcher.js';
import type { Session } from '../peers/session.js';
import type { Setting, Stage } from '../stage.js';
import { accepts, begunInSession, welcomed } from './at-work.js';

export const sessionStages: readonly Stage[] = [
  {
    name: 'session',
    dialect: 'session',
    does: 'says hello, answers pings, and dispatches on the same connection',
    teaches: [
      'A connection that stays tells at once when the other side is gone.',
      'What is known of a commit goes along as JSON, whose length stands before it, in bytes.',
    ],
    minutes: 30,
    play: session,
  },
  {
    name: 'framing',
    dialect: 'session',
    does: 'understands answers that are cut anywhere, or joined',
    teaches: [
      'On a connection that stays messages touch: one segment may have two, and half of a third.',
      'Which answer belongs to which question is said by the commit in it, not by the order.',
    ],
    minutes: 20,
    play: framing,
  },
  {
    name: 'unaccepted',
    dialect: 'session',
    does: 'tells again on the next connection what was not accepted on this one',
    teaches: [
      'What was written to a socket has not arrived; what has arrived may not be on disk.',
      'Only accepted ends the doubt. Everything before it is said again, which is harmless.',
    ],
    minutes: 15,
    play: unaccepted,
  },
  {
    name: 'deaf',
    dialect: 'session',
    does: 'leaves a connection on which nothing comes any more',
    teaches: [
      'A dead machine closes nothing: its connections stay open, and nothing comes on them.',
      'So silence beyond a few heartbeats is taken for death, and one dials anew.',
    ],
    minutes: 15,
    play: deaf,
  },
  {
    name: 'amnesia',
    dialect: 'session',
    does: 'hands over again what a dispatcher from a backup does not remember',
    teaches: [
      'Also what was on disk can be lost: a disk dies, and a backup from yesterday takes its place.',
      'Two that compare what they remember find the gap, and close it without a person.',
    ],
    minutes: 40,
    play: amnesia,
  },
];

async function session(setting: Setting): Promise<void> {
  const { observer, opened } = await begunInSession(setting);
  await opened.hears('pong');
  const commit = await observer.pushOne();
  const { body } = await opened.hears('dispatch', (message) => message.commit === commit);
  opened.say({ verb: 'accepted', commit });
  if (body.branch !== 'main') {
    throw new Complaint(`expected "branch":"main" in the dispatch, got "branch":"${body.branch}"`);
  }
  await opened.hears('pong');
}

async function framing(setting: Setting): Promise<void> {
  const { observer, opened } = await begunInSession(setting);
  observer.setPinging(false);
  const commits = await observer.push(3);
  // Some tell of the next only once the one before was accepted: each is answered as it comes.
  for (const commit of commits) {
    await opened.hears('dispatch', (message) => message.commit === commit);
    const answer = Buffer.concat([
      encodeSession({ verb: 'ping' }),
      encodeSession({ verb: 'accepted', commit }),
    ]);
    opened.write(answer.subarray(0, 12));
    await setting.scene.pass(5);
    await opened.writeSliced(answer.subarray(12));
  }
  for (const _ of commits) await opened.hears('pong');
  observer.setPinging(true);
  await isNotToldAgain(setting, opened, commits);
}

/** Each of these was accepted. */
async function isNotToldAgain(
  { scene }: Setting,
  session: Session,
  commits: readonly Commit[],
): Promise<void> {
  const before = session.heard.length;
  await scene.stays(quietMs, () => {
    const again = session.heard
      .slice(before)
      .find((message) => message.verb === 'dispatch' && commits.includes(message.commit));
    return again === undefined
      ? null
      : new Complaint('expected nothing more of a commit that was accepted, but it came again');
  });
}

const quietMs = 1_000;

async function unaccepted(setting: Setting): Promise<void> {
  const { observer, opened: first } = await begunInSession(setting);
  const commit = await observer.pushOne();
  await first.hears('dispatch', (message) => message.commit === commit);
  first.cut();
  const second = await welcomed(observer);
  await accepts(second, [commit]);
}

async function deaf(setting: Setting): Promise<void> {
  const { observer, opened: first } = await begunInSession(setting);
  await first.hears('pong');
  await isSilentUntilDialled(observer, setting);
  const second = await welcomed(observer);
  await accepts(second, await observer.push(1));
}

async function amnesia(setting: Setting): Promise<void> {
  const { observer, opened: first } = await begunInSession(setting);
  const commits = await observer.push(3);
  await accepts(first, commits);
  await first.hears('pong');
  await first.hears('pong');
  first.cut();
  const { hello } = await observer.port.session();
  const last = commits.at(-1);
  if (last === undefined || hello?.handedOver?.includes(last) !== true) {
    throw new Complaint(
      `expected a new hello whose "handedOver" has ${last ?? 'the last commit'}, got ${JSON.stringify(hello?.handedOver ?? [])}`,
      'A hello names, oldest first, what was accepted lately.',
    );
  }
  // The backup is older than the last two of them.
  observer.port.sessions.at(-1)?.cut();
  const lost = commits.slice(1);
  const second = await welcomed(observer, lost);
  await accepts(second, lost);
}
