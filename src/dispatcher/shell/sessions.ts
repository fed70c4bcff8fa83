/**
 * Owns the sessions that are open: how each begins, and who of them is served what.
 * Never decides, and never reads a socket; a session does (session.ts).
 */

import type { Hello, Welcome } from '../../protocol/bodies.js';
import { type SessionId, sessionId } from '../../protocol/ids.js';
import { heartbeatEveryMs, restingHeartbeats } from '../../protocol/limits.js';
import { type Clock, onceHeard } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Event } from '../core/events.js';
import type { Feed } from '../feed/feed.js';
import type { Spectators } from '../feed/spectators.js';
import type { Tap } from '../feed/tap.js';
import { shortWireForm, wireForm } from '../feed/wire-form.js';
import { isForWaiting } from '../store/no-room.js';
import type { Store } from '../store/store.js';
import { DiskRoom, ofStore } from './disk-room.js';
import { Incoming } from './incoming.js';
import type { LogRoom } from './log-room.js';
import type { PendingConnection } from './pending-connection.js';
import { heldRuns, missing } from './recall.js';
import { Session } from './session.js';
import { whyUnread } from './unread.js';

export interface SessionsOptions {
  readonly clock: Clock;
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: LogRoom;
  readonly feed: Feed;
  readonly spectators: Spectators;
  readonly tap: Tap;
  readonly handle: (event: Event) => void;
  /** Eight hex digits, new at every start: sessions are named after it. */
  readonly start: string;
}

/** What else of the wire a peer of that role may say to us. */
const knownTo = { runner: ['offer', 'steps'], observer: ['work'], spectator: [] } as const;

const emptyLine = Buffer.from('\n');

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #open = new Map<SessionId, Session>();
  readonly #waiting = new Set<SessionId>();
  readonly #reads: DiskRoom;
  #counter = 0;
  #isClosed = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#reads = new DiskRoom(options.clock, options.feed.tell, ofStore);
  }

  get(id: SessionId): Session | undefined {
    return this.#open.get(id);
  }

  /** Nobody is heard any more: work for a disk may outlast the store. */
  close(): void {
    this.#isClosed = true;
  }

  /** Who waits for our disk or store cannot be heard, and must not be called silent for it. */
  vouchForWaiting(): void {
    for (const session of this.#waiting) this.#options.handle({ kind: 'heard', session });
  }

  /** Shows to all that we live, though nothing can be said: an empty line means nothing. */
  breathe(): void {
    for (const session of this.#open.values()) session.write(emptyLine);
  }

  /** That connection introduced itself. */
  open(pending: PendingConnection, hello: Hello): void {
    const { tap, handle, start, feed } = this.#options;
    this.#counter += 1;
    const id = sessionId(start, this.#counter);
    const line = { connection: id, peer: hello.name };
    const isOnlyWatching = hello.role === 'spectator';
    let watching = { drained: () => {}, gone: () => {} };
    const incoming = { ...this.#options, tell: feed.tell, reads: this.#reads };
    const session = new Session(id, pending.connection, {
      handle,
      incoming: new Incoming(incoming, isOnlyWatching),
      isOnlyWatching,
      tap: (direction, message) => {
        if (!isOnlyWatching) tap.session(line, direction, message);
      },
      waits: (isWaiting) => {
        if (isWaiting) this.#waiting.add(id);
        else this.#waiting.delete(id);
      },
      drained: () => watching.drained(),
      gone: () => {
        this.#open.delete(id);
        this.#waiting.delete(id);
        watching.gone();
      },
    });
    this.#open.set(id, session);
    session.read(pending.handOver(session.handle));
    this.#greet(session, hello, (lastSeq) => {
      if (isOnlyWatching) watching = this.#watch(session, hello, lastSeq);
    }).catch((error) => session.hangUp(whyUnread(error, feed.tell)));
  }

  async #greet(session: Session, hello: Hello, joined: (lastSeq: number) => void): Promise<void> {
    const { core, store, logs, handle } = this.#options;
    const lacking = await this.#patiently(session, () => missing(store, hello));
    if (lacking === null) return;
    const { lastSeq } = this.#options.feed;
    this.#welcome(session, hello, { ...lacking, ...(hello.role === 'spectator' && { lastSeq }) });
    // Whoever has gone away again, tired of waiting for us, is nobody to be given anything.
    await this.#heard();
    const held = await this.#patiently(session, () => heldRuns(core, store, logs, hello));
    if (held === null || session.isClosed || this.#isClosed) return;
    const lacks = lacking.lacks?.length ?? 0;
    handle({ kind: 'joined', session: session.id, hello, held, lacks });
    joined(lastSeq);
    session.open();
  }

  /** What is found, once the disk gives it; null: who waited for it is gone. */
  async #patiently<Found>(session: Session, look: () => Promise<Found>): Promise<Found | null> {
    let goOn: (() => void) | null = null;
    try {
      while (!session.isClosed && !this.#isClosed) {
        try {
          return await look();
        } catch (error) {
          if (!isForWaiting(error)) throw error;
          goOn ??= session.pause();
          await this.#reads.waitForRoom(error);
        }
      }
      return null;
    } finally {
      goOn?.();
      if (goOn !== null) await this.#heard();
    }
  }

  /** Resolves when it is known who has gone away meanwhile. */
  #heard(): Promise<void> {
    return new Promise((resolve) => onceHeard(this.#options.clock, resolve));
  }

  /** `found`: what was looked up for it. */
  #welcome(session: Session, { role, knows }: Hello, found: Partial<Welcome>): void {
    const rest = knows.includes('rests') ? { restingHeartbeats } : {};
    const known = { knows: [...knownTo[role]] };
    const body = { session: session.id, heartbeatEveryMs, ...rest, ...known, ...found };
    session.send({ verb: 'welcome', body });
  }

  /** `lastSeq`: as `welcome` told it. */
  #watch(session: Session, { after, taps = false, knows }: Hello, lastSeq: number) {
    return this.#options.spectators.admit({
      after: after ?? { seq: lastSeq, atMs: null },
      ...{ taps, form: knows.includes('long') ? wireForm : shortWireForm },
      write: (bytes) => session.write(bytes),
      hangUp: (says) => session.hangUp(says),
    });
  }
}
