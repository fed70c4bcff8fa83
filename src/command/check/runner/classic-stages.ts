/**
 * Owns the first stages of the runner's ladder, on the classic wire: a connection for each message, no
 * newline behind it, and one word in reply.
 */

import { difference, quoted } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import { answersWith, ask, probe, sliced, wholeStrings } from '../peers/asking.js';
import { usual } from '../peers/dispatcher.js';
import { hangUp } from '../peers/port.js';
import type { Setting, Stage } from '../stage.js';
import { registered, reported, runnerAtWork, takes } from './at-work.js';
import { greenOutput, redOutput, slowEnd, tidyOutput } from './suites.js';

export const classicStages: readonly Stage[] = [
  {
    name: 'address',
    dialect: 'classic',
    does: 'says where it can be dialled, and listens there',
    teaches: [
      'Processes share no memory: all that one knows of another is where to send bytes.',
      'Whoever wants to be found says so first, and listens before it says it.',
    ],
    minutes: 20,
    play: address,
  },
  {
    name: 'liveness',
    dialect: 'classic',
    does: 'answers each ping with pong',
    teaches: [
      'From outside, a process that is dead and one that is slow look alike: there is only the answer.',
      'So it is asked again and again, and the answer must not depend on what else it does.',
    ],
    minutes: 10,
    play: liveness,
  },
  {
    name: 'pieces',
    dialect: 'classic',
    does: 'understands messages that come byte by byte',
    teaches: [
      'TCP carries a stream of bytes: where one send ended, the receiver cannot see.',
      'One recv is not one message; read on until what has come makes sense.',
    ],
    minutes: 20,
    play: pieces,
  },
  {
    name: 'results',
    dialect: 'classic',
    does: 'tests a commit and hands over what its suite printed',
    teaches: [
      'A long task is not waited for: OK means "I have begun", and the end comes in a message of its own.',
      'A length before the body says where that ends, and counts bytes, of which ö has two.',
    ],
    minutes: 30,
    play: results,
  },
  {
    name: 'isolation',
    dialect: 'classic',
    does: 'tests each commit as if it were the first',
    teaches: [
      'A result that depends on what ran before cannot be repeated, by nobody, on no machine.',
      'A run sees its commit and nothing else: not the commit before, not the files it left.',
    ],
    minutes: 15,
    play: isolation,
  },
  {
    name: 'busy',
    dialect: 'classic',
    does: 'answers while a suite runs, and says BUSY to a second',
    teaches: [
      'Who does one thing at a time is deaf meanwhile, and deaf is taken for dead.',
      'BUSY is a definite answer: it did not happen, somebody else may have the commit at once.',
    ],
    minutes: 20,
    play: busy,
  },
  {
    name: 'again',
    dialect: 'classic',
    does: 'hands results over until it hears OK, and then no more',
    teaches: [
      'A closed connection says nothing about whether the message arrived: it may have, it may not.',
      'So it is said again until it is acknowledged (at least once), and the receiver drops what it has.',
    ],
    minutes: 15,
    play: again,
  },
];

async function address(setting: Setting): Promise<void> {
  const asking = await registered(await runnerAtWork(setting));
  await probe(asking);
}

async function liveness(setting: Setting): Promise<void> {
  const asking = await registered(await runnerAtWork(setting));
  for (let count = 0; count < 3; count += 1) await answersWith(asking, 'ping', 'pong');
}

/** A busy machine hands over some of them whole. */
const piecedPings = 8;

async function pieces(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const asking = await registered(runner);
  const hint = 'The bytes came one by one, as a slow network brings them.';
  for (let count = 0; count < piecedPings; count += 1) {
    const pong = await ask(asking, ...sliced('ping'));
    throwIfDifferent('in the answer to "ping" in four pieces', difference(['pong'], pong), hint);
  }
  const { green } = runner.suites;
  const ok = await ask(asking, ...sliced(`runtest:${green}`));
  throwIfDifferent('in the answer to "runtest:<commit>" in pieces', difference(['OK'], ok), hint);
  // Somebody who looks whether the port is open says nothing at all.
  await probe(asking);
  await answersWith(asking, 'ping', 'pong');
}

async function results(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const asking = await registered(runner);
  await takes(asking, runner.suites.green);
  await reported(runner, runner.suites.green, greenOutput);
  await takes(asking, runner.suites.red);
  await reported(runner, runner.suites.red, redOutput);
}

async function isolation(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const asking = await registered(runner);
  await takes(asking, runner.suites.untidy);
  await reported(runner, runner.suites.untidy, 'OK\n');
  await takes(asking, runner.suites.tidy);
  await reported(runner, runner.suites.tidy, tidyOutput);
  // Back in history: the tree must lose what the later commit has brought.
  await takes(asking, runner.suites.red);
  await reported(runner, runner.suites.red, redOutput);
}

async function busy(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const { scene, gate, suites } = runner;
  const asking = await registered(runner);
  await takes(asking, suites.slow);
  await scene.until({ expects: 'the suite of the commit to begin' }, () => gate.begun);
  await answersWith(asking, 'ping', 'pong');
  const second = await ask(asking, `runtest:${suites.green}`);
  const where = 'in the answer to a second "runtest:<commit>", while the first suite runs';
  throwIfDifferent(where, difference(['BUSY'], second), wholeStrings);
  gate.open();
  await reported(runner, suites.slow, slowEnd);
  await takes(asking, suites.green);
  await reported(runner, suites.green, greenOutput);
}

async function again(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const { port, scene, suites } = runner;
  const asking = await registered(runner);
  port.answers = (request) => (request.verb === 'results' ? hangUp : usual(request, 'classic'));
  await takes(asking, suites.green);
  const first = await reported(runner, suites.green, greenOutput);
  port.answers = (request) => usual(request, 'classic');
  const second = await reported(runner, suites.green, greenOutput);
  if (!first.equals(second)) {
    const found = difference([first.toString()], second);
    throwIfDifferent(
      'in the results that were handed over again',
      found,
      'The same words, once more.',
    );
  }
  const before = port.count(({ verb }) => verb === 'results');
  await scene.stays(quietMs, () => {
    const more = port.count(({ verb }) => verb === 'results') - before;
    if (more === 0) return null;
    return new Complaint(
      `expected no more results, for they were answered with ${quoted('OK')}, but they came again`,
    );
  });
}

/** So long nothing must come of what is over. */
const quietMs = 700;
