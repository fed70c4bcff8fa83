/**
 * Owns the first stages of the observer's ladder, on the classic wire: `dispatch:<commit>`, and `OK`.
 */

import { Complaint } from '../complaint.js';
import { usual } from '../peers/dispatcher.js';
import { hangUp, silence } from '../peers/port.js';
import type { Setting, Stage } from '../stage.js';
import { answersDispatch, begun } from './at-work.js';

export const classicStages: readonly Stage[] = [
  {
    name: 'news',
    dialect: 'classic',
    does: 'tells of a commit that was pushed, and once it heard OK no more',
    teaches: [
      'What is new can only be said by somebody who remembers what is old.',
      'To ask again and again (polling) is simple, and finds also what happened while one was away.',
    ],
    minutes: 25,
    play: news,
  },
  {
    name: 'each',
    dialect: 'classic',
    does: 'tells of every commit of a push, the oldest first',
    teaches: [
      'Between two looks more than one thing may happen: the newest state is not the history.',
      'So the position is a place in the history, and all between it and the tip is news.',
    ],
    minutes: 15,
    play: each,
  },
  {
    name: 'slow',
    dialect: 'classic',
    does: 'waits for an OK that takes a second, and loses nothing meanwhile',
    teaches: [
      'Slow is the usual case of dead: from outside nobody sees the difference in time.',
      'What comes meanwhile is not lost, for it lies in the repository and not in the program.',
    ],
    minutes: 10,
    play: slow,
  },
  {
    name: 'hang-up',
    dialect: 'classic',
    does: 'tells again where the connection closed without an answer',
    teaches: [
      'A closed connection is no answer: the commit may have been taken, or may not.',
      'To say it twice is harmless, as the same commit is the same job; not to say it loses it.',
    ],
    minutes: 10,
    play: hangsUp,
  },
  {
    name: 'silence',
    dialect: 'classic',
    does: 'tells again where no answer comes on an open connection',
    teaches: [
      'A frozen process accepts connections, for its kernel does, and answers never.',
      'Whoever waits without a limit is as dead as the one that he waits for.',
    ],
    minutes: 10,
    play: silent,
  },
  {
    name: 'away',
    dialect: 'classic',
    does: 'tries again while nobody listens',
    teaches: [
      'Processes start, stop and are upgraded in any order; "nobody is there" is a state, not an error.',
      'Who exits at a refused connection needs a person to be started again.',
    ],
    minutes: 10,
    play: away,
  },
  {
    name: 'refused',
    dialect: 'classic',
    does: 'tells again where the answer was another one than OK',
    teaches: [
      'A refusal is definite: it did not happen. Only OK lets the position advance.',
      'The reply is compared as a whole; what one does not know is not a yes.',
    ],
    minutes: 10,
    play: refused,
  },
  {
    name: 'crash',
    dialect: 'classic',
    does: 'loses nothing when it is killed before OK, or while a push comes',
    teaches: [
      'Memory dies with the process: the position must be on disk, written after the OK, not before.',
      'If it dies between the two the commit is told twice, which is harmless. The other order loses it.',
    ],
    minutes: 20,
    play: crash,
  },
  {
    name: 'rewritten',
    dialect: 'classic',
    does: 'finds the new commit after a force-push',
    teaches: [
      'The position that one remembers may vanish from the history that others write.',
      'A program that believes its memory more than the world is blind from then on.',
    ],
    minutes: 15,
    play: rewritten,
  },
];

async function news(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  for (let count = 0; count < 2; count += 1) {
    await observer.dispatched(await observer.pushOne());
  }
  const told = () => observer.port.count(({ verb }) => verb === 'dispatch');
  const before = told();
  await setting.scene.stays(quietMs, () => {
    if (told() === before) return null;
    return new Complaint(
      'expected nothing more, for all was answered with "OK", but a commit was dispatched again',
    );
  });
}

/** Longer than our own observer takes from one look to the next. */
const quietMs = 1_500;

async function each(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  const commits = await observer.push(3);
  for (const commit of commits) await observer.dispatched(commit);
  const told = observer.port.heard.flatMap(({ request }) =>
    request?.verb === 'dispatch' ? [request.commit] : [],
  );
  const order = commits.map((commit) => told.indexOf(commit));
  if (order.every((at, index) => index === 0 || at > (order[index - 1] ?? 0))) return;
  throw new Complaint(
    `expected the three commits of the push in the order in which they were made, got ${told.map((commit) => commit.slice(0, 7)).join(', ')}`,
    'git rev-list --reverse <old>..<new> lists them so.',
  );
}

async function slow(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  answersDispatch(observer, silence);
  const first = await observer.pushOne();
  const heard = await observer.dispatched(first);
  const second = await observer.pushOne();
  await setting.scene.pass(slowMs);
  answersDispatch(observer, 'OK');
  heard.answer('OK');
  await observer.dispatched(second);
}

const slowMs = 1_000;

async function hangsUp(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  answersDispatch(observer, hangUp);
  const commit = await observer.pushOne();
  await observer.dispatched(commit);
  answersDispatch(observer, 'OK');
  await observer.dispatched(commit);
}

async function silent(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  answersDispatch(observer, silence);
  const commit = await observer.pushOne();
  await observer.dispatched(commit);
  answersDispatch(observer, 'OK');
  await observer.dispatched(commit);
}

async function away(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  observer.port.close();
  const commit = await observer.pushOne();
  await setting.scene.pass(awayMs);
  await observer.port.open();
  await observer.dispatched(commit);
}

/** Long enough that it has tried, and found nobody. */
const awayMs = 1_500;

async function refused(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  const [no, busy] = ['No runners are registered', 'BUSY'];
  answersDispatch(observer, no);
  const commit = await observer.pushOne();
  await observer.dispatched(commit);
  answersDispatch(observer, busy);
  await observer.dispatched(commit);
  answersDispatch(observer, 'OK');
  await observer.dispatched(commit);
}

async function crash(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  const { program, port } = observer;
  answersDispatch(observer, silence);
  const commit = await observer.pushOne();
  await observer.dispatched(commit);
  await program.kill();
  const meanwhile = await observer.pushOne();
  port.answers = (request) => usual(request, 'classic');
  await program.start();
  await observer.dispatched(commit);
  await observer.dispatched(meanwhile);
}

async function rewritten(setting: Setting): Promise<void> {
  const observer = await begun(setting);
  for (const commit of await observer.push(2)) await observer.dispatched(commit);
  // The branch is moved back to where it was at first, and on from there.
  await observer.dispatched(await observer.pushOne(observer.first));
  await observer.dispatched(await observer.pushOne());
}
