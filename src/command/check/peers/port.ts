/**
 * Owns a port that the check listens on, as a dispatcher or as a classic runner would: which requests
 * came, and what each is answered. Reads them as our own processes do (src/protocol).
 * Never decides what a request means; the stage says what it is answered.
 */

import * as net from 'node:net';
import { requestDecoder } from '../../../protocol/decoder.js';
import { quietAfterMs } from '../../../protocol/limits.js';
import type { Request } from '../../../protocol/messages.js';
import { requests } from '../../../protocol/verbs.js';
import { quoted } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import { misframed } from '../framing.js';
import type { Scene } from '../scene.js';
import { Session } from './session.js';

/** Text is sent, and the connection closed. */
export type Reply = string | typeof silence | typeof hangUp | typeof opensSession;

/** The connection stays open, and nothing is said. */
export const silence = Symbol('silence');
/** The connection is closed without a word. */
export const hangUp = Symbol('hang up');
/** Of a `hello`: from now on the connection is a session. */
export const opensSession = Symbol('opens a session');

export type Answers = (request: Request) => Reply;

/** A request that came, or bytes that are none. */
export interface Heard {
  readonly raw: Buffer;
  readonly request: Request | null;
  /** What is wrong with it, where something is. */
  readonly fault: string | null;
  /** Says that, if nothing was said yet, and closes. */
  answer(text: string): void;
}

type RequestOf<Verb extends Request['verb']> = Extract<Request, { verb: Verb }>;
type HeardOf<Verb extends Request['verb']> = Heard & { readonly request: RequestOf<Verb> };

/** A message of the classic wire is at most 16 MiB; what is longer is not kept. */
const rawBytesMax = 17 * 1_024 * 1_024;

export class Port {
  readonly heard: Heard[] = [];
  readonly sessions: Session[] = [];
  /** A stage may change it at any time. */
  answers: Answers;
  readonly #scene: Scene;
  readonly #taken = new Set<Heard>();
  readonly #sockets = new Set<net.Socket>();
  #sessionsTaken = 0;
  #server: net.Server | null = null;
  #port = 0;

  constructor(scene: Scene, answers: Answers) {
    this.#scene = scene;
    this.answers = answers;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens; a second time on the same port as the first. */
  async open(): Promise<void> {
    const server = net.createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#port = address.port;
  }

  /** Nobody is there any more: all connections are closed, and the port. */
  close(): void {
    this.#server?.close();
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The next request with that verb. Bytes that are no request at all are complained of. */
  async hears<Verb extends Request['verb']>(
    verb: Verb,
    isMeant: (request: RequestOf<Verb>) => boolean = () => true,
  ): Promise<HeardOf<Verb>> {
    const expects = `a connection that says "${verb}"`;
    const why = () => this.#whyNot(expects);
    return this.#scene.until({ expects, why }, () => {
      for (const one of this.heard.filter((other) => !this.#taken.has(other))) {
        if (one.fault !== null) this.#complain(verb, one, one.fault);
        if (!isOf(one, verb) || !isMeant(one.request)) continue;
        this.#taken.add(one);
        return one;
      }
      return null;
    });
  }

  /** How many requests like that came, those included that a stage has taken already. */
  count(isMeant: (request: Request) => boolean): number {
    return this.heard.filter(({ request }) => request !== null && isMeant(request)).length;
  }

  /** The next session that is opened. */
  session(): Promise<Session> {
    const expects = 'a connection that says "hello"';
    const why = () => this.#whyNot(expects);
    return this.#scene.until({ expects, why }, () => {
      const wrong = this.heard.find(({ fault }) => fault !== null);
      if (wrong?.fault != null) this.#complain('hello', wrong, wrong.fault);
      const session = this.sessions[this.#sessionsTaken];
      if (session !== undefined) this.#sessionsTaken += 1;
      return session;
    });
  }

  #complain(verb: Request['verb'], { raw }: Heard, fault: string): never {
    throwIfDifferent(
      `in what came instead of "${verb}"`,
      misframed(verb, requests[verb], raw, 'by the end'),
    );
    throw new Complaint(`${beginning(raw)} came, of which is to be said: ${fault.trim()}`);
  }

  #whyNot(expects: string): Complaint {
    const said = this.heard.map(({ raw }) => beginning(raw));
    const last = said.slice(-5).join(', ');
    return new Complaint(
      `expected ${expects}, but ${said.length === 0 ? 'nobody connected' : `all that came was ${last}`}`,
    );
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let raw = Buffer.alloc(0);
    let quiet: NodeJS.Timeout | undefined;
    const read = (isOver: boolean) => {
      clearTimeout(quiet);
      if (this.#read(socket, raw, isOver)) {
        socket.off('data', hear);
        socket.off('end', over);
      }
    };
    const hear = (bytes: Buffer) => {
      if (raw.length < rawBytesMax) raw = Buffer.concat([raw, bytes]);
      clearTimeout(quiet);
      // Classic messages have no end of their own, and what is behind one is to be seen, too.
      quiet = setTimeout(() => read(false), quietAfterMs);
    };
    const over = () => read(true);
    socket.on('data', hear);
    socket.on('end', over);
    socket.on('close', () => clearTimeout(quiet));
  }

  /** Whether `raw` was complete, and is dealt with. */
  #read(socket: net.Socket, raw: Buffer, isOver: boolean): boolean {
    const decoder = requestDecoder();
    const decoded = decoder.first(raw) ?? (isOver ? decoder.end() : decoder.quiet());
    if (decoded === null) return false;
    const answer = (text: string) => void (socket.writableEnded || socket.end(text));
    const request = decoded.kind === 'message' ? decoded.message : null;
    const rest = decoder.rest();
    const fault = decoded.kind === 'fault' ? decoded.fault.says : behind(request, rest);
    this.heard.push({ raw, request, fault, answer });
    if (request === null || fault !== null) return true;
    const reply = this.answers(request);
    if (typeof reply === 'string') answer(reply);
    if (reply === hangUp) socket.destroy();
    if (reply === opensSession && request.verb === 'hello') {
      this.sessions.push(new Session(this.#scene, socket, request.body, rest));
    }
    return true;
  }
}

/** The first of it, as a sentence has it. */
function beginning(raw: Buffer): string {
  return raw.length <= shownMost ? quoted(raw) : `${quoted(raw.subarray(0, shownMost))}…`;
}

const shownMost = 60;

function behind(request: Request | null, rest: Buffer): string | null {
  if (request?.verb === 'hello' || rest.length === 0) return null;
  return `${rest.length} bytes stand behind it`;
}

function isOf<Verb extends Request['verb']>(heard: Heard, verb: Verb): heard is HeardOf<Verb> {
  return heard.request?.verb === verb && heard.fault === null;
}
