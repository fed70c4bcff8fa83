/**
 * Owns the scene in which a runner is checked: a dispatcher that we play, a repository of small suites,
 * and the runner itself, started on both.
 */

import type { Address } from '../../../protocol/address.js';
import type { Commit, RunId } from '../../../protocol/ids.js';
import { runId } from '../../../protocol/ids.js';
import type { Assignment } from '../../../protocol/job-bodies.js';
import { difference } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import { type Asking, ask, wholeStrings } from '../peers/asking.js';
import { heartbeatEveryMs, type PlayedDispatcher, playDispatcher } from '../peers/dispatcher.js';
import type { Session } from '../peers/session.js';
import type { Program } from '../program.js';
import type { Scene } from '../scene.js';
import type { Setting } from '../stage.js';
import { Gate, type Suites, suitesIn } from './suites.js';

export interface RunnerAtWork extends PlayedDispatcher {
  readonly scene: Scene;
  readonly program: Program;
  readonly suites: Suites;
  readonly gate: Gate;
}

/** The runner has been started; nobody has heard of it yet. */
export async function runnerAtWork(setting: Setting): Promise<RunnerAtWork> {
  const { scene, folder } = setting;
  const gate = new Gate(folder);
  const suites = await suitesIn(folder, gate);
  const dispatcher = await playDispatcher(setting);
  const { port } = dispatcher.port;
  const told = { port: String(port), dispatcher: `localhost:${port}`, repo: suites.path };
  const program = setting.program(told);
  await program.start();
  return { ...dispatcher, scene, program, suites, gate };
}

/** Where the runner has said that it can be dialled. */
export async function registered({ port, scene }: RunnerAtWork): Promise<Asking> {
  const { request } = await port.hears('register');
  const address: Address = { host: request.host, port: request.port };
  return { scene, address };
}

/** The runner takes the commit. One that has just ended another may say `BUSY` for a moment. */
export async function takes(asking: Asking, commit: Commit): Promise<void> {
  for (;;) {
    const came = await ask(asking, `runtest:${commit}`);
    if (came.toString() !== 'BUSY') {
      const where = 'in the answer to "runtest:<commit>"';
      return throwIfDifferent(where, difference(['OK'], came), wholeStrings);
    }
    await asking.scene.pass(againMs);
  }
}

const againMs = 50;

/** Results of that commit came, and hold what its suite prints. */
export async function reported(
  { port }: RunnerAtWork,
  commit: Commit,
  output: string,
): Promise<Buffer> {
  const heard = await port.hears('results', (request) => request.commit === commit);
  holds(Buffer.from(heard.request.body), output, 'the results');
  return heard.raw;
}

/** Complains where `output` is not in `bytes`: it is found byte by byte, or the suite was another. */
export function holds(bytes: Buffer, output: string, what: string): void {
  if (bytes.includes(Buffer.from(output))) return;
  const found = difference([output], bytes);
  throwIfDifferent(
    `in the output that ${what} hold`,
    found,
    'What a suite prints is handed on as it is.',
  );
}

/** A session that has been welcomed. */
export async function welcomed({ port }: RunnerAtWork): Promise<Session> {
  const session = await port.session();
  if (session.hello?.role !== 'runner') {
    throw new Complaint(
      `expected a hello with "role":"runner", but it has "role":"${session.hello?.role}"`,
    );
  }
  session.say({ verb: 'welcome', body: { session: 's00000000-1', heartbeatEveryMs, knows: [] } });
  return session;
}

let runs = 0;

/** Gives the commit to the runner; answers its run. */
export function give(session: Session, commit: Commit, subject = 'A commit of the check'): RunId {
  runs += 1;
  const run = runId('c0ffee00', runs);
  session.say({ verb: 'runtest', commit, run, body: assignmentOf(subject) });
  return run;
}

export function assignmentOf(subject: string): Assignment {
  return {
    branch: 'main',
    author: 'Check',
    subject,
    repository: 'demo',
    job: 'default',
    number: 1,
  };
}

/** The run has ended as that suite does, with its whole log; it is recorded. */
export async function records(
  session: Session,
  run: RunId,
  { output, end }: { readonly output: string; readonly end: 'passed' | 'failed' },
): Promise<void> {
  const { body } = await session.hears('results', (message) => message.run === run);
  const log = session.logOf(run);
  holds(log, output, 'the logs of the run');
  if (body.logBytes !== log.length) {
    throw new Complaint(
      `expected "logBytes":${log.length} in the results, as so many bytes of log came, got ${body.logBytes}`,
    );
  }
  if (body.end !== end) {
    throw new Complaint(
      `expected "end":"${end}" in the results, got "${body.end}"`,
      'Exit code 0 of a suite is passed, any other is failed.',
    );
  }
  session.say({ verb: 'recorded', run });
}
