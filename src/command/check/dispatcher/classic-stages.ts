/**
 * Owns the first stages of the dispatcher's ladder, on the classic wire: it is told of runners and
 * commits, brings the ones to the others, and keeps what comes back.
 */

import { difference } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import { answersWith, ask, sliced, wholeStrings } from '../peers/asking.js';
import type { Setting, Stage } from '../stage.js';
import {
  dispatch,
  dispatcherAtWork,
  gets,
  handsOver,
  isGivenNoMore,
  keeps,
  leased,
  passedOutput,
  reports,
  runnerAt,
  someCommit,
} from './at-work.js';

export const classicStages: readonly Stage[] = [
  {
    name: 'request',
    dialect: 'classic',
    does: 'answers status with OK',
    teaches: [
      'Whoever asks waits for a reply: a request without one is a riddle.',
      'One connection a request is the simplest protocol there is, and one that can be typed.',
    ],
    minutes: 15,
    play: request,
  },
  {
    name: 'heartbeat',
    dialect: 'classic',
    does: 'pings each runner that registered, again and again',
    teaches: [
      'A runner that dies says nothing; only one who asks finds out.',
      'How often one asks is how long a death goes unnoticed.',
    ],
    minutes: 20,
    play: heartbeat,
  },
  {
    name: 'dispatch',
    dialect: 'classic',
    does: 'brings a commit to a runner, and keeps its results',
    teaches: [
      'Three processes, two conversations: who hands over does not wait for who does the work.',
      'A commit has a state (waiting, running, done), and results end it for good.',
    ],
    minutes: 40,
    play: dispatched,
  },
  {
    name: 'pieces',
    dialect: 'classic',
    does: 'reads messages that come in pieces, and bodies of 300,000 bytes',
    teaches: [
      'TCP carries a stream of bytes: one recv is neither a message, nor all of its body.',
      'The length says when a body is whole; before that, it is kept and not believed.',
    ],
    minutes: 25,
    play: pieces,
  },
  {
    name: 'queue',
    dialect: 'classic',
    does: 'keeps commits that nobody can test yet, and tests them in order',
    teaches: [
      'A queue parts those who bring work from those who do it, in time: neither has to wait for the other.',
      'OK means "mine from now on": afterwards it must not be lost for the lack of a runner.',
    ],
    minutes: 20,
    play: queue,
  },
];

async function request(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  await answersWith(dispatcher, 'status', 'OK');
  await answersWith(dispatcher, 'status', 'OK');
}

async function heartbeat(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const runner = await runnerAt(dispatcher);
  for (let count = 0; count < 3; count += 1) await runner.port.hears('ping');
}

async function dispatched(setting: Setting): Promise<void> {
  const { dispatcher, commit, runner } = await leased(setting);
  await reports(dispatcher, commit);
  await keeps(dispatcher, commit, passedOutput);
  await isGivenNoMore(dispatcher, [runner], 'its results were taken');
}

async function pieces(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const runner = await runnerAt(dispatcher);
  const commit = someCommit();
  const ok = await ask(dispatcher, ...sliced(`dispatch:${commit}`));
  throwIfDifferent(
    'in the answer to "dispatch:<commit>" in pieces',
    difference(['OK'], ok),
    wholeStrings,
  );
  await gets(runner, commit);
  const output = `\n  größer: ja\n${'a line of 30 bytes, newline in\n'.repeat(10_000)}OK\n`;
  const body = Buffer.from(output);
  const header = Buffer.from(`results:${commit}:${body.length}:`);
  await handsOver(dispatcher, header, body.subarray(0, 13), body.subarray(13));
  await keeps(dispatcher, commit, output);
}

async function queue(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const commits = [someCommit(), someCommit(), someCommit()];
  for (const commit of commits) await dispatch(dispatcher, commit);
  const runner = await runnerAt(dispatcher);
  for (const [index, commit] of commits.entries()) {
    await gets(runner, commit);
    const given = runner.given();
    if (given.length > index + 1) {
      throw new Complaint(
        'expected one commit at a time, but a second came before the results of the first',
      );
    }
    if (given[index] !== commit) {
      throw new Complaint('expected the commits in the order in which they were dispatched');
    }
    await reports(dispatcher, commit);
  }
}
