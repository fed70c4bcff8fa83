/**
 * Owns dispatchers that stand in for the real one, as a runner sees them: a modern one that keeps
 * logs as the real one would, and a classic one in both dialects, written from its description.
 * They decide nothing; the test says what they say. Each is gone after its test.
 */

import { randomBytes } from 'node:crypto';
import * as net from 'node:net';
import { onTestFinished } from 'vitest';
import type { Hello } from '../../src/protocol/bodies.js';
import { type Decoder, requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeSession } from '../../src/protocol/encoder.js';
import {
  type Commit,
  type LogId,
  logIdOf,
  ownerOf,
  type RunId,
  runId,
} from '../../src/protocol/ids.js';
import type { Assignment, Report } from '../../src/protocol/job-bodies.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import type { StepReport, Work } from '../../src/protocol/work.js';
import { eventually } from './eventually.js';
import { portToKeep } from './ports.js';

/** A modern dispatcher with one runner. */
export class RunnerDispatcher {
  readonly hellos: Hello[] = [];
  readonly heard: SessionMessage[] = [];
  readonly reports = new Map<RunId, Report>();
  /** Later additions to the wire that it says it understands. */
  knows: readonly string[] = [];
  /** Answers results by `recorded` at once. */
  records = true;
  /** Called with each message, after it was kept. */
  onMessage: (message: SessionMessage) => void = () => {};
  port = 0;
  readonly #logs = new Map<LogId, { chunks: Buffer[]; bytes: number }>();
  /** Random, as the mark of a run must be the only one on the machine: parallel tests run. */
  readonly #start = randomBytes(4).toString('hex');
  #runs = 0;
  #server: net.Server | null = null;
  #session: net.Socket | null = null;
  readonly #sockets = new Set<net.Socket>();

  /** Listens, on the port of the last time if there was one. */
  async start(): Promise<void> {
    const server = net.createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server = server;
    if (this.port === 0) this.port = await portToKeep();
    await listening(server, this.port);
  }

  /** Cuts everything, as a SIGKILL would. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#session = null;
    await closed(this.#server);
    this.#server = null;
  }

  get connected(): boolean {
    return this.#session !== null;
  }

  send(message: SessionMessage): void {
    this.#session?.write(encodeSession(message));
  }

  /** Has the runner test a commit; answers the run's id. */
  runtest(
    commit: Commit,
    subject = 'a change',
    work?: Work,
    more: Partial<Assignment> = {},
  ): RunId {
    this.#runs += 1;
    const run = runId(this.#start, this.#runs);
    const body = {
      repository: null,
      job: 'default',
      number: 1,
      branch: 'main',
      author: 'Ada',
      subject,
      ...(work === undefined ? {} : { work }),
      ...more,
    };
    this.send({ verb: 'runtest', commit, run, body });
    return run;
  }

  /** The run's own, or that of one of its steps. */
  log(run: RunId, step = 0): Buffer {
    return Buffer.concat(this.#logs.get(logIdOf(run, step))?.chunks ?? []);
  }

  /** How each step of the run stands, as `step` told. */
  steps(run: RunId): Map<string, StepReport> {
    const told = this.said('step').filter((message) => message.run === run);
    return new Map(told.map(({ body }) => [body.name, body]));
  }

  said<Verb extends SessionMessage['verb']>(verb: Verb): Extract<SessionMessage, { verb: Verb }>[] {
    return this.heard.filter(
      (message): message is Extract<SessionMessage, { verb: Verb }> => message.verb === verb,
    );
  }

  /** Tests a commit and waits for the report. */
  async verdict(
    commit: Commit,
    more: Partial<Assignment> = {},
  ): Promise<{ run: RunId; report: Report; log: string }> {
    const run = this.runtest(commit, undefined, undefined, more);
    const report = await eventually(`a report of ${commit}`, () => this.reports.get(run));
    return { run, report, log: this.log(run).toString('latin1') };
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    const first = requestDecoder();
    let session: Decoder<SessionMessage> | null = null;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#session === socket) this.#session = null;
    });
    socket.on('data', (bytes) => {
      let rest: Uint8Array = bytes;
      if (session === null) {
        const hello = first.push(bytes)[0];
        if (hello?.kind !== 'message' || hello.message.verb !== 'hello') return;
        this.#welcome(socket, hello.message.body);
        session = sessionDecoder();
        rest = first.rest();
      }
      for (const decoded of session.push(rest)) {
        if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
        this.#hear(decoded.message);
      }
    });
  }

  #welcome(socket: net.Socket, hello: Hello): void {
    this.#session = socket;
    const known = this.knows.length === 0 ? {} : { knows: [...this.knows] };
    const body = { session: 's1', heartbeatEveryMs: 60_000, ...known };
    this.send({ verb: 'welcome', body });
    this.hellos.push(hello);
    for (const { run } of hello.runs) {
      this.send({ verb: 'want', log: run, offset: this.#logs.get(run)?.bytes ?? 0 });
      for (const [log, { bytes }] of this.#logs) {
        const isStep = log !== run && ownerOf(log).run === run;
        if (isStep) this.send({ verb: 'want', log, offset: bytes });
      }
    }
  }

  #hear(message: SessionMessage): void {
    if (message.verb === 'log') this.#keep(message.log, message.offset, message.body);
    if (message.verb === 'results') {
      this.reports.set(message.run, message.body);
      if (this.records) this.send({ verb: 'recorded', run: message.run });
    }
    this.heard.push(message.verb === 'log' ? { ...message, body: Buffer.alloc(0) } : message);
    this.onMessage(message);
  }

  /** A repeat is ignored, as the real dispatcher does; a gap is a runner's fault. */
  #keep(id: LogId, offset: number, body: Uint8Array): void {
    const log = this.#logs.get(id) ?? { chunks: [], bytes: 0 };
    if (offset > log.bytes) throw new Error(`a gap: ${offset} after ${log.bytes}`);
    const fresh = body.subarray(log.bytes - offset);
    log.chunks.push(Buffer.from(fresh));
    log.bytes += fresh.length;
    this.#logs.set(id, log);
  }
}

/** One that listens already. */
export async function runnerDispatcher(knows: readonly string[] = []): Promise<RunnerDispatcher> {
  const dispatcher = new RunnerDispatcher();
  dispatcher.knows = knows;
  await dispatcher.start();
  onTestFinished(() => dispatcher.stop());
  return dispatcher;
}

/** A classic dispatcher: one `recv`, one reply, no newline. */
export class ClassicStandIn {
  /** What came, whole, in order; `status` and what is unknown left out. */
  readonly requests: string[] = [];
  readonly results: Buffer[] = [];
  port = 0;
  readonly #ok: 'OK' | 'ok';
  #server: net.Server | null = null;

  constructor(dialect: 'py2' | 'py3') {
    this.#ok = dialect === 'py2' ? 'OK' : 'ok';
  }

  async start(): Promise<void> {
    const server = net.createServer((socket) => {
      let whole = Buffer.alloc(0);
      let reply: NodeJS.Immediate | null = null;
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        whole = Buffer.concat([whole, bytes]);
        if (reply !== null) clearImmediate(reply);
        reply = setImmediate(() => {
          if (isComplete(whole)) socket.end(this.#reply(whole));
        });
      });
    });
    this.#server = server;
    if (this.port === 0) this.port = await portToKeep();
    await listening(server, this.port);
  }

  async stop(): Promise<void> {
    await closed(this.#server);
    this.#server = null;
  }

  /** The address under which the runner registered last. */
  registered(): number | null {
    const last = this.requests.filter((request) => request.startsWith('register:')).at(-1);
    return last === undefined ? null : Number(last.split(':').at(-1));
  }

  #reply(whole: Buffer): string {
    const text = whole.toString('latin1');
    if (text === 'status') return this.#ok;
    if (/^(?:register|results?):/.test(text)) {
      this.requests.push(text);
      if (text.startsWith('result')) this.results.push(whole);
      return this.#ok;
    }
    return 'Invalid command';
  }
}

export async function classicStandIn(dialect: 'py2' | 'py3'): Promise<ClassicStandIn> {
  const dispatcher = new ClassicStandIn(dialect);
  await dispatcher.start();
  onTestFinished(() => dispatcher.stop());
  return dispatcher;
}

/** Asks classically: one request without an end, one reply. */
export function askClassically(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    let reply = '';
    socket.on('data', (bytes) => {
      reply += bytes.toString('latin1');
    });
    socket.on('end', () => {
      socket.end();
      resolve(reply);
    });
    socket.on('error', reject);
  });
}

/** A result is complete by its length; the ancestor itself did not look (A6, A7). */
function isComplete(whole: Buffer): boolean {
  const header = /^results?:[0-9a-f]+:([0-9]+):/.exec(whole.toString('latin1'));
  if (header === null) return true;
  const body = whole.subarray(header[0].length);
  const length = whole.toString('latin1').startsWith('result:')
    ? [...body.toString('utf8')].length
    : body.length;
  return length >= Number(header[1]);
}

async function listening(server: net.Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as net.AddressInfo).port;
}

function closed(server: net.Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) resolve();
    else server.close(() => resolve());
  });
}
