/**
 * Owns the stages of the runner's ladder in which something goes wrong: connections break, a dispatcher
 * dies, a lease is lost, nobody speaks any more, and the runner itself is asked to leave.
 */

import type { Commit, RunId } from '../../../protocol/ids.js';
import { Complaint } from '../complaint.js';
import { isSilentUntilDialled } from '../peers/dispatcher.js';
import type { Session } from '../peers/session.js';
import type { Setting, Stage } from '../stage.js';
import { give, type RunnerAtWork, records, runnerAtWork, welcomed } from './at-work.js';
import { greenOutput, slowBeginning, slowEnd } from './suites.js';

export const faultStages: readonly Stage[] = [
  {
    name: 'reconnect',
    dialect: 'session',
    does: 'keeps its run when the connection breaks, and says so',
    teaches: [
      'A broken connection is not a dead process: the suite goes on, and the runner comes back.',
      'What it holds it names in its hello, so that nobody has to guess who has the commit.',
    ],
    minutes: 30,
    play: reconnect,
  },
  {
    name: 'late',
    dialect: 'session',
    does: 'keeps results until they are recorded, however late that is',
    teaches: [
      'A result that is sent may be lost; one that is recorded may be forgotten, and no sooner.',
      'Delivered at least once, recorded once: the run is named, so the second is known for a copy.',
    ],
    minutes: 30,
    play: late,
  },
  {
    name: 'revoked',
    dialect: 'session',
    does: 'ends a run whose lease is gone',
    teaches: [
      'A lease is the right to a commit for as long as one is heard of; afterwards another may have it.',
      'Who was thought dead and lives must stop: two that both believe they hold it do harm.',
    ],
    minutes: 20,
    play: revoked,
  },
  {
    name: 'silence',
    dialect: 'session',
    does: 'leaves a connection on which nothing comes any more',
    teaches: [
      'A dead machine closes nothing: its connections stay open, and nothing comes on them.',
      'So silence beyond a few heartbeats is taken for death, by both sides, and one dials anew.',
    ],
    minutes: 15,
    play: silence,
  },
  {
    name: 'leaving',
    dialect: 'session',
    does: 'on SIGTERM takes nothing new, finishes, and exits with 0',
    teaches: [
      'Most processes do not crash, they are stopped: for an upgrade, for the night.',
      'Who says that it leaves loses nothing and is waited for by nobody.',
    ],
    minutes: 15,
    play: leaving,
  },
];

async function reconnect(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const first = await welcomed(runner);
  const run = await givesSlow(runner, first);
  first.cut();
  const second = await welcomed(runner);
  holdsRun(second, run);
  second.say({ verb: 'want', log: run, offset: 0 });
  runner.gate.open();
  await records(second, run, { output: `${slowBeginning}${slowEnd}`, end: 'passed' });
}

async function late(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const { port, scene, gate } = runner;
  const first = await welcomed(runner);
  const run = await givesSlow(runner, first);
  // The dispatcher dies; the suite ends while it is away.
  port.close();
  gate.open();
  await scene.until({ expects: 'the suite to go on without a dispatcher' }, () => gate.ended);
  await port.open();
  const second = await welcomed(runner);
  holdsRun(second, run);
  second.say({ verb: 'want', log: run, offset: 0 });
  await second.hears('results', (message) => message.run === run);
  // It has arrived, but nobody says so.
  second.cut();
  const third = await welcomed(runner);
  holdsRun(third, run);
  third.say({ verb: 'want', log: run, offset: 0 });
  await records(third, run, { output: `${slowBeginning}${slowEnd}`, end: 'passed' });
  await third.hears('pong');
  third.cut();
  const fourth = await welcomed(runner);
  if (fourth.hello?.runs.some((held) => held.run === run)) {
    throw new Complaint('expected a hello without that run, for it was recorded, but it names it');
  }
}

async function revoked(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const { scene, gate, suites } = runner;
  const opened = await welcomed(runner);
  const run = await givesSlow(runner, opened);
  const pid = gate.begun;
  opened.say({ verb: 'revoked', run });
  const expects = 'the processes of the revoked run to be ended';
  await scene.until({ expects }, () => pid !== null && !isAlive(pid));
  const next = await givesAgain(runner, opened, suites.green);
  await records(opened, next, { output: greenOutput, end: 'passed' });
  if (opened.heard.some((message) => message.verb === 'results' && message.run === run)) {
    throw new Complaint('expected no results of the revoked run, for nobody waits for them');
  }
}

async function silence(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const first = await welcomed(runner);
  await first.hears('pong');
  await isSilentUntilDialled(runner, setting);
  const second = await welcomed(runner);
  await second.hears('pong');
}

async function leaving(setting: Setting): Promise<void> {
  const runner = await runnerAtWork(setting);
  const { scene, gate, program } = runner;
  const opened = await welcomed(runner);
  const run = await givesSlow(runner, opened);
  program.terminate();
  await opened.hears('draining');
  gate.open();
  await records(opened, run, { output: slowEnd, end: 'passed' });
  const { code } = await scene.until({ expects: 'the program to end' }, () => program.exit);
  if (code !== 0) {
    throw new Complaint(`expected exit code 0 after SIGTERM, got ${code ?? 'the end by a signal'}`);
  }
}

/** The slow commit is given, its suite has begun, and its first line has come. */
async function givesSlow({ scene, gate, suites }: RunnerAtWork, session: Session): Promise<RunId> {
  const run = give(session, suites.slow);
  await scene.until({ expects: 'the suite of the commit to begin' }, () => gate.begun);
  return run;
}

/** Gives the commit to a runner that has just ended another, and may hand it back as full for a moment. */
async function givesAgain(
  { scene }: RunnerAtWork,
  session: Session,
  commit: Commit,
): Promise<RunId> {
  const expects = 'the runner to begin the next commit';
  for (;;) {
    const run = give(session, commit);
    const answer = await scene.until({ expects }, () =>
      session.heard.find(
        (message) =>
          (message.verb === 'handback' && message.run === run) ||
          (message.verb === 'log' && message.log === run),
      ),
    );
    if (answer.verb === 'log') return run;
    await scene.pass(againMs);
  }
}

const againMs = 50;

function holdsRun({ hello }: Session, run: RunId): void {
  if (hello?.runs.some((held) => held.run === run)) return;
  throw new Complaint(
    `expected "runs":[{"run":"${run}","commit":…}] in the new hello, got "runs":${JSON.stringify(hello?.runs)}`,
    'A hello names every run that was begun and is not recorded yet.',
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // It is gone, or a stranger's by now.
    return false;
  }
}
