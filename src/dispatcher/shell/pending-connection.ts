/**
 * Owns a connection until its first message is understood: a request, answered once, or a
 * `hello`, which hands the connection over to a session. Bounded in bytes and in time.
 *
 *   connected ──message──> asking ──reply──> closing      (the reply is given time to be read)
 *       │ ^ └───hello────> handed over
 *       │ └── a good token ──┘
 *       └──fault, silence─> told so, closing
 */

import { type Decoded, requestDecoder } from '../../protocol/decoder.js';
import { firstMessageWithinMs, lingerMs, quietAfterMs } from '../../protocol/limits.js';
import type { Request } from '../../protocol/messages.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Connection, ConnectionEvent, ConnectionHandler } from '../../world/network.js';

/** However slowly a peer drips its request, it has this long. */
const wholeRequestWithinMs = 120_000;

export interface PendingConnectionOptions {
  readonly clock: Clock;
  /** The first message. `terminated`: a newline ended it, as people's do. */
  readonly heard: (pending: PendingConnection, request: Request, terminated: boolean) => void;
  /** Bytes held for unfinished requests grew or shrank by so many. */
  readonly held: (byBytes: number) => void;
  /** It was answered, and is closed. */
  readonly replied: (pending: PendingConnection, words: string | Uint8Array) => void;
  readonly closed: (pending: PendingConnection) => void;
}

export class PendingConnection {
  /** Unlike any other's of this process. */
  readonly id: string;
  readonly connection: Connection;
  readonly #options: PendingConnectionOptions;
  readonly #decoder = requestDecoder();
  #state: 'connected' | 'asking' | 'closing' | 'handed-over' = 'connected';
  #isTrusted = false;
  #isClosed = false;
  #successor: ConnectionHandler | null = null;
  #heldBytes = 0;
  #cancelQuiet: Cancel = () => {};
  #cancelSilence: Cancel;
  #cancelWhole: Cancel;

  constructor(id: string, connection: Connection, options: PendingConnectionOptions) {
    this.id = id;
    this.connection = connection;
    this.#options = options;
    this.#cancelSilence = options.clock.after(firstMessageWithinMs, () => this.#giveUp());
    this.#cancelWhole = options.clock.after(wholeRequestWithinMs, () => this.#giveUp());
  }

  /** One that has ended after its request still reads: its reply closes the connection. */
  readonly handle: ConnectionHandler = (event) => {
    if (this.#successor !== null) this.#successor(event);
    else if (event.kind === 'closed') this.#end();
    else if (this.#state === 'connected') this.#listen(event);
  };

  /** Its peer is gone: nobody waits for an answer. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It showed a token that was good. */
  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /** Trusts it from here on, and reads what it came to ask. */
  trust(): void {
    this.#isTrusted = true;
    this.#state = 'connected';
    this.#listen({ kind: 'bytes', bytes: Buffer.alloc(0) });
  }

  /** Sends the reply and closes; the peer gets a moment to read it. */
  reply(text: string | Uint8Array): void {
    if (this.#state === 'closing') return;
    this.#stopTimers();
    this.#state = 'closing';
    this.#options.replied(this, text);
    this.connection.write(text);
    this.connection.end();
    this.#cancelSilence = this.#options.clock.after(lingerMs, () => this.connection.destroy());
  }

  /** Replies in the middle of a request, and lets go of what came of it. */
  turnAway(text: string): void {
    this.#decoder.rest();
    this.#account();
    this.reply(text);
  }

  /** Gives the connection away; answers what had already come after the first message. */
  handOver(successor: ConnectionHandler): Buffer {
    this.#stopTimers();
    this.#state = 'handed-over';
    this.#successor = (event) => {
      successor(event);
      if (event.kind === 'closed') this.#options.closed(this);
    };
    const rest = this.#decoder.rest();
    this.#account();
    return rest;
  }

  #listen(event: Exclude<ConnectionEvent, { kind: 'closed' }>): void {
    this.#cancelQuiet();
    if (event.kind === 'bytes') {
      // One at a time: what follows a `hello` belongs to the session's own decoder.
      const first = this.#decoder.first(event.bytes);
      this.#account();
      // It may have been turned away for what it holds.
      if (this.#state !== 'connected') return;
      if (first !== null) this.#hear(first);
      else this.#awaitMore();
    } else if (event.kind === 'ended') {
      const last = this.#decoder.end();
      if (last !== null) this.#hear(last);
      else this.connection.destroy();
    }
  }

  #awaitMore(): void {
    const { clock } = this.#options;
    this.#cancelSilence();
    this.#cancelSilence = clock.after(firstMessageWithinMs, () => this.#giveUp());
    this.#cancelQuiet = clock.after(quietAfterMs, () => {
      const ended = this.#decoder.quiet();
      if (ended !== null) this.#hear(ended);
    });
  }

  #hear(decoded: Decoded<Request>): void {
    this.#cancelQuiet();
    this.#cancelSilence();
    this.#account();
    this.#state = 'asking';
    if (decoded.kind === 'fault') this.reply(decoded.fault.says);
    else this.#options.heard(this, decoded.message, decoded.terminated);
  }

  /** Time is up: what is missing is said, and a peer that said nothing is just closed. */
  #giveUp(): void {
    if (this.#state !== 'connected') return;
    const last = this.#decoder.end();
    if (last !== null) this.#hear(last);
    else this.connection.destroy();
  }

  #account(): void {
    const { heldBytes } = this.#decoder;
    if (heldBytes !== this.#heldBytes) this.#options.held(heldBytes - this.#heldBytes);
    this.#heldBytes = heldBytes;
  }

  #stopTimers(): void {
    this.#cancelQuiet();
    this.#cancelSilence();
    this.#cancelWhole();
  }

  #end(): void {
    this.#isClosed = true;
    this.#stopTimers();
    this.#options.held(-this.#heldBytes);
    this.#heldBytes = 0;
    this.#options.closed(this);
  }
}
