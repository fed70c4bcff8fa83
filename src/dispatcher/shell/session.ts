/**
 * Owns one open session: bytes to messages, one after the other, and what is said to its peer.
 * Never knows what a message means (incoming.ts). While one waits for the disk or the store, or the
 * peer does not read what it is answered, the socket is paused, so nothing piles up here.
 */

import { sessionDecoder } from '../../protocol/decoder.js';
import { encodeSession } from '../../protocol/encoder.js';
import type { SessionId } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { Connection, ConnectionEvent } from '../../world/network.js';
import type { Event } from '../core/events.js';
import type { Incoming, Waited } from './incoming.js';

/** What a session needs of the dispatcher. */
export interface SessionHost {
  /** Hands an event to the core. */
  readonly handle: (event: Event) => void;
  readonly incoming: Incoming;
  /** It is read all the time, whether it reads or not: it has nothing to say that could pile up. */
  readonly isOnlyWatching: boolean;
  /** A message came from it, or goes to it. */
  readonly tap: (direction: 'in' | 'out', message: SessionMessage) => void;
  /** Whether its socket is paused from now on, until the disk, or the store, has answered. */
  readonly waits: (isWaiting: boolean) => void;
  /** There is room again for what is written. */
  readonly drained: () => void;
  /** The session is over. */
  readonly gone: () => void;
}

/** A peer that does not read what it is sent is cut off beyond this. */
const unsentBytesMax = 4 * 1_024 * 1_024;

export class Session {
  readonly id: SessionId;
  readonly #connection: Connection;
  readonly #host: SessionHost;
  readonly #decoder = sessionDecoder();
  readonly #inbox: SessionMessage[] = [];
  #isOpen = false;
  #isWorking = false;
  #isUnread = false;
  #isClosed = false;
  #goneBecause: string | null = null;

  constructor(id: SessionId, connection: Connection, host: SessionHost) {
    this.id = id;
    this.#connection = connection;
    this.#host = host;
  }

  /** From here on what it says is heard. */
  open(): void {
    this.#isOpen = true;
    this.#work();
  }

  readonly handle = (event: ConnectionEvent): void => {
    switch (event.kind) {
      case 'bytes':
        this.read(event.bytes);
        break;
      case 'ended':
        this.#leave('closed its connection');
        this.#connection.destroy();
        break;
      case 'closed':
        this.#leave(event.reason);
        break;
      case 'drained':
        // Who has taken what it was sent is there, whatever is before its pong.
        this.#host.handle({ kind: 'heard', session: this.id });
        this.#goOn();
        this.#host.drained();
        break;
      case 'opened':
        break;
      default:
        impossible(event);
    }
  };

  read(bytes: Buffer): void {
    if (this.#isClosed || bytes.length === 0) return;
    this.#host.handle({ kind: 'heard', session: this.id });
    for (const decoded of this.#decoder.push(bytes)) {
      if (decoded.kind === 'message') this.#take(decoded.message);
      else this.hangUp(decoded.fault.says.trim());
    }
    this.#work();
  }

  send(message: SessionMessage): void {
    if (this.#isClosed) return;
    this.#host.tap('out', message);
    this.write(encodeSession(message));
  }

  /** Sends whole messages; answers false where there is no room for more before `drained`. */
  write(bytes: Uint8Array): boolean {
    if (this.#isClosed) return false;
    const hasRoom = this.#connection.write(bytes);
    if (!hasRoom && !this.#isUnread && !this.#host.isOnlyWatching) {
      // Whoever does not read is not read: else each of its pings would cost us a pong to keep.
      this.#isUnread = true;
      this.#connection.pause();
    }
    if (this.#connection.unsentBytes > unsentBytesMax) {
      this.#goneBecause = 'does not read what it is sent';
      this.#connection.destroy();
    }
    return hasRoom;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Reads nothing, so that nothing piles up here; answers what ends that. */
  pause(): () => void {
    this.#connection.pause();
    return () => this.#connection.resume();
  }

  /** Says why and closes. */
  hangUp(says: string): void {
    if (this.#isClosed) return;
    this.send({ verb: 'refused', body: { says } });
    this.#goneBecause ??= `was refused: ${says}`;
    this.#inbox.length = 0;
    this.#leave(this.#goneBecause);
    // One that reads nothing will not read the reason either.
    if (this.#isUnread) this.#connection.destroy();
    else this.#connection.destroySoon();
  }

  #take(message: SessionMessage): void {
    this.#host.tap('in', message);
    this.#inbox.push(message);
  }

  /** The peer has read: what waited in between is answered now. */
  #goOn(): void {
    if (!this.#isUnread) return;
    this.#isUnread = false;
    this.#work();
    this.#connection.resume();
  }

  /** Takes messages in order until one has to wait, or the peer is to read first. */
  #work(): void {
    while (this.#isOpen && !this.#isWorking && !this.#isUnread) {
      const next = this.#inbox.shift();
      if (next === undefined) return;
      const answer = this.#host.incoming.receive(this, next);
      if (answer !== null) void this.#waitFor(next, answer);
    }
  }

  async #waitFor(message: SessionMessage, answer: Promise<Waited>): Promise<void> {
    this.#isWorking = true;
    this.#host.waits(true);
    this.#connection.pause();
    if ((await answer) === 'again') this.#inbox.unshift(message);
    this.#isWorking = false;
    this.#host.waits(false);
    if (!this.#isClosed) this.#work();
    // One for the pause above; what had to wait anew has paused for itself.
    this.#connection.resume();
  }

  #leave(reason: string): void {
    if (this.#isClosed) return;
    this.#host.incoming.receiveLast(this, this.#inbox);
    this.#isClosed = true;
    const because = this.#goneBecause ?? reason;
    this.#host.handle({ kind: 'left', session: this.id, reason: because });
    this.#host.gone();
  }
}
