/**
 * Owns the later stages of the runner's ladder, in sessions: one connection that stays, on which both
 * sides speak.
 */

import type { RunId } from '../../../protocol/ids.js';
import type { SessionMessage } from '../../../protocol/messages.js';
import { Complaint } from '../complaint.js';
import type { Setting, Stage } from '../stage.js';
import { assignmentOf, give, records, runnerAtWork, welcomed } from './at-work.js';
import { greenOutput, redOutput } from './suites.js';

export const sessionStages: readonly Stage[] = [
  {
    name: 'session',
    dialect: 'session',
    does: 'says hello, and answers pings on the same connection',
    teaches: [
      'A connection that stays tells at once when the other side is gone, and costs no new handshake.',
      'It also tells who speaks: what belongs to a session ends with it.',
    ],
    minutes: 30,
    play: session,
  },
  {
    name: 'framing',
    dialect: 'session',
    does: 'finds the messages in a stream, however it is cut',
    teaches: [
      'On a connection that stays, messages touch: one segment has two of them, and half of a third.',
      'A body ends where its length says, not at the next newline, for it may hold some.',
    ],
    minutes: 30,
    play: framing,
  },
  {
    name: 'offsets',
    dialect: 'session',
    does: 'sends the log in pieces, and again from where it is wanted',
    teaches: [
      'A piece that says where it belongs may come twice: what is there already changes nothing.',
      'That is idempotence, and it makes "say it again" the answer to every doubt.',
    ],
    minutes: 30,
    play: offsets,
  },
];

async function session(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const opened = await welcomed(runner);
  for (let count = 0; count < 3; count += 1) await opened.hears('pong');
}

async function framing(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  runner.setPinging(false);
  const opened = await welcomed(runner);
  const run = 'c0ffee00-900001' as RunId;
  const ping = Buffer.from('ping\n');
  const runtest = spelledWide(runner.suites.green, run);
  // One segment has a ping and the beginning of what follows; the rest comes byte by byte.
  const head = Buffer.concat([ping, runtest.subarray(0, 30)]);
  opened.write(head);
  await setting.scene.pass(20);
  await opened.writeSliced(runtest.subarray(30));
  opened.write(Buffer.concat([ping, ping]));
  for (let count = 0; count < 3; count += 1) await opened.hears('pong');
  await records(opened, run, { output: greenOutput, end: 'passed' });
}

/** The message with its JSON over several lines, as it may be written just as well. */
function spelledWide(commit: string, run: RunId): Buffer {
  const body = Buffer.from(JSON.stringify(assignmentOf('Größer: ein\n"Kürzel"'), null, 2));
  return Buffer.concat([
    Buffer.from(`runtest:${commit}:${run}:${body.length}:`),
    body,
    Buffer.from('\n'),
  ]);
}

async function offsets(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const opened = await welcomed(runner);
  const green = give(opened, runner.suites.green);
  await opened.hears('results', ({ run }) => run === green);
  const before = opened.heard.length;
  opened.say({ verb: 'want', log: green, offset: 0 });
  const expects = 'the log again from offset 0, as it was wanted from there';
  const logs = () => opened.heard.slice(before).filter(isLogOf(green));
  const [first] = await setting.scene.until({ expects }, () => logs().length > 0 && logs());
  if (first?.verb === 'log' && first.offset !== 0) {
    throw new Complaint(
      `expected a log from offset 0 on, as it was wanted from there, got one from ${first.offset} on`,
    );
  }
  await records(opened, green, { output: greenOutput, end: 'passed' });
  const red = give(opened, runner.suites.red);
  await records(opened, red, { output: redOutput, end: 'failed' });
}

function isLogOf(run: RunId): (message: SessionMessage) => boolean {
  return (message) => message.verb === 'log' && message.log === run;
}
