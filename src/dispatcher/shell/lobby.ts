/**
 * Owns how many may be connected at once and how much they may send before they are understood.
 * Never reads what they say; that is for the reception.
 * Invariant: whoever is beyond a bound is told BUSY and closed, and costs those inside nothing.
 */

import type { Request } from '../../protocol/messages.js';
import type { Clock } from '../../world/clock.js';
import type { Connection, ConnectionHandler } from '../../world/network.js';
import { Visitor } from './visitor.js';

export interface LobbyOptions {
  readonly clock: Clock;
  /** Connections at once. */
  readonly connectionsMax: number;
  /** There is no place for further connections. Said once, until half of them are gone. */
  readonly full: () => void;
  /** A visitor's request. `terminated`: a newline ended it, as people's do. */
  readonly heard: (visitor: Visitor, request: Request, terminated: boolean) => void;
}

/** Bytes held for requests that are still arriving, over all connections. */
const heldBytesMax = 256 * 1_024 * 1_024;

const busy = 'BUSY: too many connections, try again later\n';

export class Lobby {
  readonly #options: LobbyOptions;
  readonly #visitors = new Set<Visitor>();
  #heldBytes = 0;
  #isPaused = false;
  #saidFull = false;

  constructor(options: LobbyOptions) {
    this.#options = options;
  }

  accept(connection: Connection): ConnectionHandler {
    const { clock, connectionsMax, heard } = this.#options;
    if (this.#visitors.size < connectionsMax / 2) this.#saidFull = false;
    if (this.#visitors.size >= connectionsMax || this.#heldBytes > heldBytesMax) {
      return this.#turnAway(connection);
    }
    const visitor = new Visitor(connection, {
      clock,
      heard,
      held: (byBytes) => this.#hold(visitor, byBytes),
      closed: (gone) => this.#visitors.delete(gone),
    });
    this.#visitors.add(visitor);
    if (this.#isPaused) connection.pause();
    return visitor.handle;
  }

  /** While the store has no room, nothing further is read from anybody. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const { connection } of this.#visitors) {
      if (isPaused) connection.pause();
      else connection.resume();
    }
  }

  close(): void {
    for (const { connection } of this.#visitors) connection.destroySoon();
  }

  /** Those who were let in while there was room may not outgrow it together. */
  #hold(visitor: Visitor, byBytes: number): void {
    this.#heldBytes += byBytes;
    if (byBytes <= 0 || this.#heldBytes <= heldBytesMax) return;
    this.#sayFull();
    visitor.turnAway(busy);
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
