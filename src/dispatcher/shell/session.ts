/**
 * Owns one open session: bytes to messages, messages to events, log bytes to their file.
 * Never decides; it asks the core whether a run may log, and the log files what they have.
 * One message at a time: while the disk works, or the peer does not read what it is answered,
 * the socket is paused, so nothing piles up here.
 */

import type { Report } from '../../protocol/bodies.js';
import { sessionDecoder } from '../../protocol/decoder.js';
import { encodeSession } from '../../protocol/encoder.js';
import type { RunId, SessionId } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { Connection, ConnectionEvent } from '../../world/network.js';
import type { Event } from '../core/events.js';

/** What a session needs of the dispatcher. */
export interface SessionHost {
  /** Hands an event to the core. */
  readonly handle: (event: Event) => void;
  /** It only listens; what else it says ends it. */
  readonly isOnlyWatching: boolean;
  /** Looks up what the store knows of the commit, then hands it over. */
  readonly dispatch: (message: SessionMessage & { verb: 'dispatch' }) => Promise<void>;
  /** Stores a piece of log; answers what to say about it, if anything. Throws on a full disk. */
  readonly log: (message: SessionMessage & { verb: 'log' }) => SessionMessage | null;
  /** Makes a run's log durable; answers what to say if it is not whole. */
  readonly seal: (run: RunId, report: Report) => Promise<SessionMessage | null>;
  /** Looks up what the store knows of the run, then hands its report to the core. */
  readonly results: (run: RunId, report: Report) => Promise<void>;
  /** A message came from it, or goes to it. */
  readonly tap: (direction: 'in' | 'out', message: SessionMessage) => void;
  /** There is room again for what is written. */
  readonly drained: () => void;
  /** Resolves when what failed so may be tried again. Throws what is not want of room. */
  readonly waitForRoom: (error: unknown) => Promise<void>;
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

  /** Its socket is paused until the disk, or the store, has answered. */
  get isWaitingForDisk(): boolean {
    return this.#isWorking;
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

  /** Takes messages in order until one has to wait for the disk, or the peer is to read first. */
  #work(): void {
    while (this.#isOpen && !this.#isWorking && !this.#isUnread) {
      const next = this.#inbox.shift();
      if (next === undefined) return;
      const waiting = this.#receive(next);
      if (waiting !== null) this.#waitFor(waiting);
    }
  }

  #waitFor(disk: Promise<void>): void {
    this.#isWorking = true;
    this.#connection.pause();
    void disk.finally(() => {
      this.#isWorking = false;
      if (!this.#isClosed) this.#work();
      // One for the pause above; what had to wait anew has paused for itself.
      this.#connection.resume();
    });
  }

  /** Answers a promise where the next message must wait for this one. */
  #receive(message: SessionMessage): Promise<void> | null {
    const { id: session } = this;
    if (this.#host.isOnlyWatching && message.verb !== 'ping' && message.verb !== 'pong') {
      this.hangUp('a spectator only listens');
      return null;
    }
    switch (message.verb) {
      case 'ping':
        this.send({ verb: 'pong' });
        return null;
      case 'pong':
        this.#host.handle({ kind: 'pong', session });
        return null;
      case 'dispatch':
        return this.#host.dispatch(message);
      case 'log':
        return this.#log(message);
      case 'results':
        return this.#results(message);
      case 'handback':
        this.#handBack(message);
        return null;
      case 'offer':
        this.#host.handle({ kind: 'offer', session, offer: message.body });
        return null;
      case 'draining':
        this.#host.handle({ kind: 'draining', session });
        return null;
      default:
        this.hangUp(`${message.verb} is not for the dispatcher`);
        return null;
    }
  }

  #handBack({ run, body: handback }: SessionMessage & { verb: 'handback' }): void {
    this.#host.handle({ kind: 'handback', session: this.id, run, handback });
  }

  #log(message: SessionMessage & { verb: 'log' }): Promise<void> | null {
    try {
      const answer = this.#host.log(message);
      if (answer !== null) this.send(answer);
      return null;
    } catch (error) {
      return this.#host.waitForRoom(error).then(() => {
        if (!this.#isClosed) this.#inbox.unshift(message);
      });
    }
  }

  async #results(message: SessionMessage & { verb: 'results' }): Promise<void> {
    const { run, body: report } = message;
    const missing = await this.#host.seal(run, report).catch(async (error) => {
      await this.#host.waitForRoom(error);
      return 'again' as const;
    });
    if (missing === 'again') this.#inbox.unshift(message);
    else if (missing !== null) this.send(missing);
    // Even when the session ended meanwhile: the result is whole, and the core may want it.
    else await this.#host.results(run, report);
  }

  #leave(reason: string): void {
    if (this.#isClosed) return;
    // Its runner has forgotten the run; all else that still waits here is said again.
    for (const message of this.#inbox) if (message.verb === 'handback') this.#handBack(message);
    this.#isClosed = true;
    const because = this.#goneBecause ?? reason;
    this.#host.handle({ kind: 'left', session: this.id, reason: because });
    this.#host.gone();
  }
}
