/**
 * Owns the later stages of the dispatcher's ladder, in sessions: leases that live as long as their
 * session, logs by offset, and results that are acknowledged.
 */

import type { RunId } from '../../../protocol/ids.js';
import { difference } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import type { Session } from '../peers/session.js';
import type { Setting, Stage } from '../stage.js';
import { dispatcherAtWork, keeps, passedOutput, sessionAs, someCommit } from './at-work.js';

export const sessionStages: readonly Stage[] = [
  {
    name: 'session',
    dialect: 'session',
    does: 'answers hello with welcome, and pings on the same connection',
    teaches: [
      'A connection that stays tells at once when the other side is gone, and who it is that speaks.',
      'A hello says what a peer is and can; from it all else in the session has its meaning.',
    ],
    minutes: 40,
    play: session,
  },
  {
    name: 'lease',
    dialect: 'session',
    does: 'gives each run a name, and records its results',
    teaches: [
      'A run is one attempt at a commit: its name tells the second attempt from the first.',
      'A lease is the right to a commit for as long as the session lives, and no longer.',
    ],
    minutes: 30,
    play: lease,
  },
  {
    name: 'offsets',
    dialect: 'session',
    does: 'asks for what is missing of a log, and takes a piece twice',
    teaches: [
      'A piece that says where it belongs may come twice: what is there already changes nothing.',
      'A gap is asked for, not filled in: results are recorded once the whole log is there.',
    ],
    minutes: 30,
    play: offsets,
  },
  {
    name: 'twice',
    dialect: 'session',
    does: 'acknowledges results again that are recorded already',
    teaches: [
      'The acknowledgement may be lost as well as the message: then the message comes again.',
      'At least once on the wire, and recording that is idempotent: together, once.',
    ],
    minutes: 10,
    play: twice,
  },
  {
    name: 'revoked',
    dialect: 'session',
    does: 'gives the run of a broken session to another, and revokes the first',
    teaches: [
      'Two that both believe they hold the same commit: only the one who gave the lease can decide.',
      'The one that comes back too late hears it, and its results change nothing.',
    ],
    minutes: 30,
    play: revoked,
  },
  {
    name: 'deaf',
    dialect: 'session',
    does: 'ends a session in which pings stay unanswered',
    teaches: [
      'A dead machine closes nothing: the connection stays open, and only pings find out.',
      'How many may be missed is a choice: few, and slow ones are taken for dead; many, and all wait.',
    ],
    minutes: 20,
    play: deaf,
  },
];

async function session(setting: Setting): Promise<void> {
  const dispatcher = await dispatcherAtWork(setting);
  const runner = await sessionAs(dispatcher, { role: 'runner', name: 'ada' });
  await runner.hears('ping');
  runner.say({ verb: 'ping' });
  await runner.hears('pong');
}

/** A commit is accepted from an observer, and leased to the runner. */
async function leased(setting: Setting) {
  const dispatcher = await dispatcherAtWork(setting);
  const observer = await sessionAs(dispatcher, { role: 'observer', name: 'olga' });
  const runner = await sessionAs(dispatcher, { role: 'runner', name: 'ada' });
  const commit = someCommit();
  const body = { branch: 'main', author: 'Check', subject: 'A commit of the check' };
  observer.say({ verb: 'dispatch', commit, body });
  await observer.hears('accepted', (message) => message.commit === commit);
  const { run } = await runner.hears('runtest', (message) => message.commit === commit);
  return { dispatcher, observer, runner, commit, run };
}

/** A piece of the log. */
function logs(session: Session, run: RunId, offset: number, text: string): void {
  session.say({ verb: 'log', log: run, offset, body: Buffer.from(text) });
}

function ends(session: Session, run: RunId): void {
  const logBytes = Buffer.byteLength(passedOutput);
  const body = { end: 'passed', exitCode: 0, signal: null, reason: '', durationMs: 5 } as const;
  session.say({ verb: 'results', run, body: { ...body, logBytes } });
}

async function lease(setting: Setting): Promise<void> {
  const { dispatcher, runner, commit, run } = await leased(setting);
  logs(runner, run, 0, passedOutput);
  ends(runner, run);
  await runner.hears('recorded', (message) => message.run === run);
  await keeps(dispatcher, commit, passedOutput);
}

async function offsets(setting: Setting): Promise<void> {
  const { dispatcher, runner, commit, run } = await leased(setting);
  const half = 5;
  logs(runner, run, 0, passedOutput.slice(0, half));
  // The piece in between was lost.
  logs(runner, run, half + 2, passedOutput.slice(half + 2));
  const { offset } = await runner.hears('want', (message) => message.log === run);
  const said = Buffer.from(`want:${run}:${offset}`);
  throwIfDifferent('in "want" behind a gap', difference([`want:${run}:${half}`], said));
  // From the beginning: half of it is there already.
  logs(runner, run, 0, passedOutput);
  ends(runner, run);
  await runner.hears('recorded', (message) => message.run === run);
  await keeps(dispatcher, commit, passedOutput);
}

async function twice(setting: Setting): Promise<void> {
  const { dispatcher, runner, commit, run } = await leased(setting);
  logs(runner, run, 0, passedOutput);
  ends(runner, run);
  await runner.hears('recorded', (message) => message.run === run);
  ends(runner, run);
  await runner.hears('recorded', (message) => message.run === run);
  await keeps(dispatcher, commit, passedOutput);
}

async function revoked(setting: Setting): Promise<void> {
  const { dispatcher, runner, commit, run } = await leased(setting);
  const other = await sessionAs(dispatcher, { role: 'runner', name: 'bob' });
  runner.cut();
  const { run: second } = await other.hears('runtest', (message) => message.commit === commit);
  if (second === run) {
    throw new Complaint(`expected another name for the second run, got ${run} again`);
  }
  const back = await sessionAs(dispatcher, {
    role: 'runner',
    name: 'ada',
    runs: [{ run, commit }],
  });
  ends(back, run);
  await back.hears('revoked', (message) => message.run === run);
  logs(other, second, 0, passedOutput);
  ends(other, second);
  await other.hears('recorded', (message) => message.run === second);
  await keeps(dispatcher, commit, passedOutput);
}

async function deaf(setting: Setting): Promise<void> {
  const { dispatcher, runner, commit } = await leased(setting);
  const other = await sessionAs(dispatcher, { role: 'runner', name: 'bob' });
  runner.fallSilent();
  const { run } = await other.hears('runtest', (message) => message.commit === commit);
  logs(other, run, 0, passedOutput);
  ends(other, run);
  await other.hears('recorded', (message) => message.run === run);
}
