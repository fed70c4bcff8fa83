/**
 * Owns one end of a session: what the program that is checked has said on it, and what it is told.
 * Reads with the decoder that our own processes have; where that finds a fault, the stage is told at
 * which byte.
 */

import type * as net from 'node:net';
import type { Hello } from '../../../protocol/bodies.js';
import { sessionDecoder } from '../../../protocol/decoder.js';
import { encodeSession } from '../../../protocol/encoder.js';
import type { RunId } from '../../../protocol/ids.js';
import type { SessionMessage } from '../../../protocol/messages.js';
import { session as rows } from '../../../protocol/verbs.js';
import type { Difference } from '../bytes.js';
import { Complaint, complaintOf } from '../complaint.js';
import { misframed } from '../framing.js';
import type { Scene } from '../scene.js';

const empty = Buffer.alloc(0);

type Verb = SessionMessage['verb'];
export type MessageOf<V extends Verb> = Extract<SessionMessage, { verb: V }>;

export class Session {
  readonly hello: Hello | null;
  readonly heard: SessionMessage[] = [];
  readonly #scene: Scene;
  readonly #socket: net.Socket;
  readonly #decoder = sessionDecoder();
  readonly #taken = new Set<SessionMessage>();
  /** What came since the last whole message, and at which byte that begins. */
  #begun = Buffer.alloc(0);
  #beginsAt = 0;
  #fault: string | null = null;
  #answersPings = true;
  #isClosed = false;

  /** `hello`: of the peer that has opened it; null where we have. `rest`: what came behind that. */
  constructor(scene: Scene, socket: net.Socket, hello: Hello | null, rest: Buffer = empty) {
    this.#scene = scene;
    this.#socket = socket;
    this.hello = hello;
    socket.on('data', (bytes: Buffer) => this.#hear(bytes));
    socket.on('close', () => {
      this.#isClosed = true;
    });
    this.#hear(rest);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Says no pong from now on. */
  fallSilent(): void {
    this.#answersPings = false;
  }

  say(message: SessionMessage): void {
    this.write(encodeSession(message));
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Each byte in a segment of its own. */
  async writeSliced(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      this.write(Uint8Array.of(byte));
      await this.#scene.pass(1);
    }
  }

  /** Breaks the connection, as a router would that forgot it. */
  cut(): void {
    this.#socket.destroy();
  }

  /** The next message with that verb which no stage has taken yet. */
  hears<V extends Verb>(
    verb: V,
    isMeant: (message: MessageOf<V>) => boolean = () => true,
  ): Promise<MessageOf<V>> {
    const expects = `"${verb}" in the session`;
    return this.#scene.until({ expects, why: () => this.#whyNot(verb, expects) }, () => {
      if (this.#fault !== null) throw this.#faultIn(verb, this.#fault);
      for (const message of this.heard) {
        if (this.#taken.has(message) || !isOf(message, verb) || !isMeant(message)) continue;
        this.#taken.add(message);
        return message;
      }
      return null;
    });
  }

  /** The log of that run so far: pieces put at their offsets. Throws where one leaves a gap. */
  logOf(run: RunId): Buffer {
    let log = Buffer.alloc(0);
    for (const message of this.heard) {
      if (message.verb !== 'log' || message.log !== run) continue;
      if (message.offset > log.length) {
        throw new Complaint(
          `a log has come from offset ${message.offset} on, but only ${log.length} bytes were there`,
          'An offset counts bytes from the beginning of the log; each piece begins where the one before ended.',
        );
      }
      const head = log.subarray(0, message.offset);
      const end = message.offset + message.body.length;
      log = Buffer.concat([head, message.body, log.subarray(end)]);
    }
    return log;
  }

  #hear(bytes: Buffer): void {
    this.#begun = Buffer.concat([this.#begun, bytes]);
    let next = this.#decoder.first(bytes);
    for (; next !== null; next = this.#decoder.first(Buffer.alloc(0))) {
      if (next.kind === 'fault') {
        this.#fault ??= next.fault.says.trim();
        return;
      }
      const taken = this.#begun.length - this.#decoder.heldBytes;
      this.#begun = this.#begun.subarray(taken);
      this.#beginsAt += taken;
      const { message } = next;
      if (message.verb === 'ping') {
        if (this.#answersPings) this.say({ verb: 'pong' });
      }
      this.heard.push(message);
    }
  }

  #whyNot(verb: Verb, expects: string): Complaint {
    if (this.#begun.length > 0) {
      const found = misframed(verb, rows[verb], this.#begun, 'by a newline');
      if (found !== null) return this.#complaint(found);
    }
    const heard = [...new Set(this.heard.map((message) => message.verb))].join(', ');
    const closed = this.#isClosed ? ', and the program closed it' : '';
    return new Complaint(
      `expected ${expects}, but all that came was ${heard || 'nothing'}${closed}`,
    );
  }

  /** Of the verb that was begun, if there is one like that; else of the expected one. */
  #faultIn(expected: Verb, fault: string): Complaint {
    const [begun = ''] = this.#begun
      .toString('latin1')
      .trimStart()
      .split(/[:\r\n]/);
    const verb = isVerb(begun) ? begun : expected;
    const found = misframed(verb, rows[verb], this.#begun, 'by a newline');
    if (found !== null) return this.#complaint(found);
    return new Complaint(`in the message from byte ${this.#beginsAt} of the session on: ${fault}`);
  }

  #complaint(found: Difference): Complaint {
    const where = `in the message from byte ${this.#beginsAt} of the session on`;
    const hint = 'In a session each message ends in a newline, and lengths count bytes.';
    return complaintOf(where, found, hint);
  }
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(rows, text);
}

function isOf<V extends Verb>(message: SessionMessage, verb: V): message is MessageOf<V> {
  return message.verb === verb;
}
