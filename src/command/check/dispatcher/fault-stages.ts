/**
 * Owns the stages of the dispatcher's ladder in which something goes wrong: runners die, fall silent and
 * come back, strangers talk nonsense, many come at once, and the dispatcher itself is killed.
 */

import { existsSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { quoted } from '../bytes.js';
import { Complaint } from '../complaint.js';
import { answersWith, ask } from '../peers/asking.js';
import type { Setting, Stage } from '../stage.js';
import {
  type DispatcherAtWork,
  dispatch,
  dispatcherAtWork,
  gets,
  isGivenNoMore,
  keeps,
  leased,
  passedOutput,
  reports,
  runnerAt,
  someCommit,
  start,
} from './at-work.js';

export const faultStages: readonly Stage[] = [
  {
    name: 'death',
    dialect: 'classic',
    does: 'gives the commit of a runner that died to another',
    teaches: [
      'A closed port is a definite answer: nobody lives there, and what he had is nobody’s.',
      'So the dispatcher must know who has what: a lease with a holder, not just "running".',
    ],
    minutes: 25,
    play: death,
  },
  {
    name: 'silence',
    dialect: 'classic',
    does: 'gives the commit of a runner that went silent to another, and serves all meanwhile',
    teaches: [
      'A frozen runner accepts connections and answers never: whoever waits for it without a limit freezes, too.',
      'After some unanswered pings it is taken for dead. That may be wrong, and must do no harm then.',
    ],
    minutes: 30,
    play: silent,
  },
  {
    name: 'late',
    dialect: 'classic',
    does: 'takes results that come late or twice, and runs nothing again for them',
    teaches: [
      'The runner that was thought dead may come back with its results: they are as good as others.',
      'Recording is idempotent: the first counts, each further one is answered OK and changes nothing.',
    ],
    minutes: 20,
    play: late,
  },
  {
    name: 'garbage',
    dialect: 'classic',
    does: 'outlives every nonsense on its port, and believes none of it',
    teaches: [
      'On an open port anybody says anything: a fault of the peer is a value, not an exception.',
      'What becomes a name of a file, or a number, is checked first. Never trust a length, or an id.',
    ],
    minutes: 30,
    play: garbage,
  },
  {
    name: 'crowd',
    dialect: 'classic',
    does: 'serves many at once, and each commit to one runner only',
    teaches: [
      'Between "is it free?" and "take it" somebody else may take it: check and act are one step.',
      'A hundred connections that say nothing must not keep out the one that does.',
    ],
    minutes: 30,
    play: crowd,
  },
  {
    name: 'restart',
    dialect: 'classic',
    does: 'is killed, and still knows every commit that it said OK to',
    teaches: [
      'OK is a promise, and memory does not survive its process: first to disk (fsync), then OK.',
      'A restart is not a special case: the state is what the journal says, always.',
    ],
    minutes: 40,
    play: restart,
  },
];

async function death(setting: Setting): Promise<void> {
  const { dispatcher, commit } = await inherited(setting);
  await reports(dispatcher, commit);
}

/** The runner that had the commit is gone, and another one was given it. */
async function inherited(setting: Setting) {
  const { dispatcher, commit, runner } = await leased(setting);
  runner.port.close();
  const heir = await runnerAt(dispatcher);
  await gets(heir, commit);
  return { dispatcher, commit, heir };
}

async function silent(setting: Setting): Promise<void> {
  const { dispatcher, commit, runner } = await leased(setting);
  runner.freeze();
  const other = someCommit();
  const second = await runnerAt(dispatcher);
  // It has not been found out yet, and nobody else waits for that.
  await dispatch(dispatcher, other);
  await gets(second, other);
  await reports(dispatcher, other);
  await answersWith(dispatcher, 'status', 'OK');
  await gets(second, commit);
}

async function late(setting: Setting): Promise<void> {
  const { dispatcher, commit, heir } = await inherited(setting);
  // It was cut off, not dead, and comes first.
  await reports(dispatcher, commit);
  await reports(dispatcher, commit);
  await keeps(dispatcher, commit, passedOutput);
  await dispatch(dispatcher, commit);
  await isGivenNoMore(dispatcher, [heir], 'the commit has its results');
}

/** What people, port scanners and attackers say. None of it may be answered with OK. */
const nonsense: readonly string[] = [
  'dispatch',
  'dispatch:--quiet',
  'dispatch:../../x',
  'register:localhost:http',
  'register:localhost:99999',
  'results:c:999999999999999999999:',
  'results:../escaped:5:hello',
  'GET / HTTP/1.0\r\n\r\n',
  '\u0000\u0001\u0002ÿ',
  ':::::',
];

async function garbage(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const runner = await runnerAt(dispatcher);
  for (const text of nonsense) {
    const came = await ask(dispatcher, text);
    if (/^ok\b/i.test(came.toString('latin1'))) {
      throw new Complaint(`expected anything but "OK" for ${quoted(text)}, as it means nothing`);
    }
  }
  if (existsSync(join(dispatcher.results, '..', 'escaped'))) {
    throw new Complaint(
      'a file was written beside the folder for results: "../" is no part of an id',
    );
  }
  await answersWith(dispatcher, 'status', 'OK');
  const before = runner.port.count(({ verb }) => verb === 'ping');
  const expects = 'the runner still to be pinged, after all that';
  const pinged = () => runner.port.count(({ verb }) => verb === 'ping') > before;
  await setting.scene.until({ expects }, pinged);
}

async function crowd(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const idle = Array.from({ length: 100 }, () => idleAt(dispatcher));
  dispatcher.atEnd(() => {
    for (const socket of idle) socket.destroy();
  });
  const runners = await Promise.all([0, 1, 2].map(() => runnerAt(dispatcher)));
  const commits = Array.from({ length: 12 }, someCommit);
  await Promise.all(commits.map((commit) => dispatch(dispatcher, commit)));
  const reported = new Set<string>();
  const expects = 'each of twelve commits at one of three runners';
  while (reported.size < commits.length) {
    const given = () => runners.flatMap((runner) => runner.given());
    const next = () => given().find((commit) => !reported.has(commit));
    const commit = await setting.scene.until({ expects }, next);
    reported.add(commit);
    await reports(dispatcher, commit);
  }
  const given = runners.flatMap((runner) => runner.given());
  if (given.length > commits.length) {
    const twice = given.find((commit, index) => given.indexOf(commit) !== index);
    throw new Complaint(
      `expected each commit at one runner, but ${twice ?? 'one'} was given out twice`,
    );
  }
}

/** Somebody who connects and says nothing. */
function idleAt({ address }: DispatcherAtWork): net.Socket {
  const socket = net.connect(address);
  socket.on('error', () => {});
  return socket;
}

async function restart(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const [first, second] = [someCommit(), someCommit()];
  await dispatch(dispatcher, first);
  await dispatch(dispatcher, second);
  await dispatcher.program.kill();
  await start(dispatcher);
  const runner = await runnerAt(dispatcher);
  await gets(runner, first);
  await reports(dispatcher, first);
  await dispatcher.program.kill();
  await start(dispatcher);
  await keeps(dispatcher, first, passedOutput);
  const again = await runnerAt(dispatcher);
  const expects = 'the second commit at one of the runners';
  const given = () => [...runner.given(), ...again.given()];
  await setting.scene.until({ expects }, () => given().includes(second));
  if (given().filter((commit) => commit === first).length > 1) {
    throw new Complaint(
      'expected the first commit to be over, for its results were answered with "OK"',
    );
  }
}
