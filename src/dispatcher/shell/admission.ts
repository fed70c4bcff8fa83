/**
 * Owns how many may be connected at once and how much they may send before they are understood.
 * Never reads what they say; that is for the router.
 * Invariant: whoever is beyond a bound is told BUSY and closed, and costs those inside nothing.
 */

import type { Request } from '../../protocol/messages.js';
import type { Clock } from '../../world/clock.js';
import type { Connection, ConnectionHandler } from '../../world/network.js';
import { PendingConnection } from './pending-connection.js';

export interface AdmissionOptions {
  readonly clock: Clock;
  /** Connections at once. */
  readonly connectionsMax: number;
  /** There is no place for further connections. Said once (`connectionsUsedUp`), until half of them are gone. */
  readonly full: () => void;
  /** A pending connection's request. `terminated`: a newline ended it, as people's do. */
  readonly heard: (pending: PendingConnection, request: Request, terminated: boolean) => void;
  /** What a pending connection was answered. */
  readonly replied: (pending: PendingConnection, words: string | Uint8Array) => void;
}

/** Bytes held for requests that are still arriving, over all connections. */
const heldBytesMax = 256 * 1_024 * 1_024;

/** Each connection costs a few kilobytes, and the disk's descriptors are not theirs to use up. */
export const connectionsMaxDefault = 12_000;

export const connectionsUsedUp = {
  event: 'connections-used-up',
  level: 'error',
  msg: 'too many connections: further ones are told BUSY, those that are open are served',
} as const;

const busy = 'BUSY: too many connections, try again later\n';

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #pending = new Set<PendingConnection>();
  #counter = 0;
  #heldBytes = 0;
  #isPaused = false;
  #saidFull = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  accept(connection: Connection): ConnectionHandler {
    const { clock, connectionsMax, heard, replied } = this.#options;
    if (this.#pending.size < connectionsMax / 2) this.#saidFull = false;
    if (this.#pending.size >= connectionsMax || this.#heldBytes > heldBytesMax) {
      return this.#turnAway(connection);
    }
    this.#counter += 1;
    const pending = new PendingConnection(String(this.#counter), connection, {
      clock,
      heard,
      replied,
      held: (byBytes) => this.#hold(pending, byBytes),
      closed: (gone) => this.#pending.delete(gone),
    });
    this.#pending.add(pending);
    if (this.#isPaused) connection.pause();
    return pending.handle;
  }

  /** While the store has no room, nothing further is read from anybody. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const { connection } of this.#pending) {
      if (isPaused) connection.pause();
      else connection.resume();
    }
  }

  close(): void {
    for (const { connection } of this.#pending) connection.destroySoon();
  }

  /** Those inside share the bound: who exceeds it is turned away. */
  #hold(pending: PendingConnection, byBytes: number): void {
    this.#heldBytes += byBytes;
    if (byBytes <= 0 || this.#heldBytes <= heldBytesMax) return;
    this.#sayFull();
    pending.turnAway(busy);
  }

  #turnAway(connection: Connection): ConnectionHandler {
    this.#sayFull();
    connection.write(busy);
    connection.destroySoon();
    return () => {};
  }

  #sayFull(): void {
    if (!this.#saidFull) this.#options.full();
    this.#saidFull = true;
  }
}
