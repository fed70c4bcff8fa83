/**
 * Owns the scene in which a dispatcher is checked: its port, its folders, and the runners and observers
 * that we play.
 */

import * as net from 'node:net';
import { join } from 'node:path';
import type { Address } from '../../../protocol/address.js';
import { type Commit, parseCommit } from '../../../protocol/ids.js';
import { readIfThere } from '../../../world/files.js';
import { difference, quoted } from '../bytes.js';
import { Complaint, complaintOf, throwIfDifferent } from '../complaint.js';
import { type Asking, answersWith, ask, wholeStrings } from '../peers/asking.js';
import { Port, type Reply, silence } from '../peers/port.js';
import { Session } from '../peers/session.js';
import type { Program } from '../program.js';
import type { Scene } from '../scene.js';
import type { Setting } from '../stage.js';

export interface DispatcherAtWork extends Asking {
  readonly scene: Scene;
  readonly program: Program;
  readonly results: string;
  readonly atEnd: Setting['atEnd'];
}

/** A runner of the classic wire, which listens on a port of its own. */
export interface PlayedRunner {
  readonly port: Port;
  /** The commits that it was asked to test, in order, repetitions included. */
  readonly given: () => Commit[];
  /** Accepts connections from now on, and answers none. */
  freeze(): void;
}

/** The dispatcher has been started, and its port is open. */
export async function dispatcherAtWork(setting: Setting): Promise<DispatcherAtWork> {
  const { scene, folder, atEnd } = setting;
  const address: Address = { host: '127.0.0.1', port: await freePort() };
  const results = join(folder, 'results');
  const program = setting.program({ port: String(address.port), results });
  const dispatcher = { scene, address, program, results, atEnd };
  await start(dispatcher);
  return dispatcher;
}

/** Starts it, a second time perhaps; resolves once it listens. */
export async function start({ scene, address, program }: DispatcherAtWork): Promise<void> {
  await program.start();
  let isOpen = false;
  let isTrying = false;
  await scene.until({ expects: `the program to listen on port ${address.port}` }, () => {
    if (isTrying) return isOpen;
    isTrying = true;
    const socket = net.connect(address);
    socket.on('connect', () => {
      isOpen = true;
      socket.destroy();
    });
    socket.on('error', () => {
      isTrying = false;
    });
    return false;
  });
}

/** One that nobody has right now, of those that the system does not give out by itself. */
function freePort(): Promise<number> {
  const [first, count] = [20_000, 12_000];
  const candidate = first + Math.floor(Math.random() * count);
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(freePort()));
    server.listen(candidate, '127.0.0.1', () => server.close(() => resolve(candidate)));
  });
}

/** A runner that has registered; it answers what is asked, and tests nothing. */
export async function runnerAt(dispatcher: DispatcherAtWork): Promise<PlayedRunner> {
  const { scene, atEnd } = dispatcher;
  let isFrozen = false;
  const port = new Port(scene, ({ verb }): Reply => {
    if (isFrozen) return silence;
    return verb === 'ping' ? 'pong' : verb === 'runtest' ? 'OK' : 'Invalid command';
  });
  await port.open();
  atEnd(() => port.close());
  await register(dispatcher, port.port);
  const given = () =>
    port.heard.flatMap(({ request }) => (request?.verb === 'runtest' ? [request.commit] : []));
  return {
    port,
    given,
    freeze: () => {
      isFrozen = true;
    },
  };
}

export function register(dispatcher: DispatcherAtWork, port: number): Promise<void> {
  return answersWith(dispatcher, `register:localhost:${port}`, 'OK');
}

/** Hands a commit over. */
export function dispatch(dispatcher: DispatcherAtWork, commit: Commit): Promise<void> {
  return answersWith(dispatcher, `dispatch:${commit}`, 'OK');
}

/** It has given the commit that it was told of to the only runner. */
export async function leased(setting: Setting) {
  const dispatcher = await dispatcherAtWork(setting);
  const runner = await runnerAt(dispatcher);
  const commit = someCommit();
  await dispatch(dispatcher, commit);
  await gets(runner, commit);
  return { dispatcher, runner, commit };
}

/** The runner is asked to test that commit. */
export async function gets({ port }: PlayedRunner, commit: Commit): Promise<void> {
  await port.hears('runtest', (request) => request.commit === commit);
}

/** Hands the output of its suite over, in these pieces. */
export async function reports(
  dispatcher: DispatcherAtWork,
  commit: Commit,
  output: string = passedOutput,
): Promise<void> {
  const body = Buffer.from(output);
  await handsOver(dispatcher, Buffer.from(`results:${commit}:${body.length}:`), body);
}

export async function handsOver(dispatcher: DispatcherAtWork, ...pieces: Buffer[]): Promise<void> {
  const came = await ask(dispatcher, ...pieces);
  const where = `in the answer to ${quoted(Buffer.concat(pieces).subarray(0, 12))}…`;
  throwIfDifferent(where, difference(['OK'], came), wholeStrings);
}

export const passedOutput = 'three tests\nOK\n';

/** The file of that commit's results holds this output, byte by byte. */
export async function keeps(
  { scene, results }: DispatcherAtWork,
  commit: Commit,
  output: string,
): Promise<void> {
  const path = join(results, commit);
  const read = () => readIfThere(path);
  const hint =
    'It holds what the suite printed: as many bytes as the length says, colons and blanks too.';
  const why = () => {
    const found = difference([output], Buffer.from(read() ?? ''));
    return found === null ? null : complaintOf(`in the file ${path}`, found, hint);
  };
  const expects = `the file ${path} with the output of the commit`;
  await scene.until({ expects, why }, () => read() === output);
}

/** Some commit that is no other one's. */
export function someCommit(): Commit {
  commits += 1;
  const commit = parseCommit(commits.toString(16).padStart(40, 'c0ffee00'));
  if (commit === null) throw new Error('no commit');
  return commit;
}

let commits = 0;

/** Complains where a runner was asked more often than that. */
export function isGivenNoMore(
  { scene }: DispatcherAtWork,
  runners: readonly PlayedRunner[],
  why: string,
) {
  const all = () => runners.flatMap(({ given }) => given());
  const before = all().length;
  return scene.stays(quietMs, () => {
    const more = all().length - before;
    return more === 0 ? null : new Complaint(`expected no more "runtest", as ${why}, but one came`);
  });
}

/** Two heartbeats of our own dispatcher, about. */
const quietMs = 1_500;

/** A session with the dispatcher, opened by that `hello`. */
export async function sessionAs(
  { scene, address, atEnd }: DispatcherAtWork,
  hello: {
    readonly role: 'runner' | 'observer';
    readonly name: string;
    readonly runs?: readonly { run: string; commit: string }[];
  },
): Promise<Session> {
  const socket = net.connect({ ...address, noDelay: true });
  socket.on('error', () => {});
  atEnd(() => socket.destroy());
  const session = new Session(scene, socket, null);
  const body = {
    version: 'check',
    repository: 'demo',
    labels: [],
    capacity: 1,
    knows: [],
    runs: [],
    ...hello,
  };
  const text = JSON.stringify(body);
  socket.write(`hello:${Buffer.byteLength(text)}:${text}\n`);
  await session.hears('welcome');
  return session;
}
