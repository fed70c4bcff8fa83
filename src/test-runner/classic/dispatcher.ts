/**
 * Owns the dealings with a classic dispatcher: who may dial our port, in which dialect it is
 * spoken to, what it is told of us and of our results. Never decides; core and classic.ts do.
 */

import type { World as Wire } from '../../link/ask.js';
import type { Dialect } from '../../link/classic-watch.js';
import { type Address, isLoopback } from '../../protocol/address.js';
import type { Hosts } from '../../world/hosts.js';
import type { Connection, ConnectionHandler } from '../../world/network.js';
import type { Effect, Event } from '../core/events.js';
import type { Opened } from '../runs.js';
import { answerOn, deliver, register } from './wire.js';

export interface ClassicDispatcherOptions {
  /** Where it is dialled. */
  readonly dispatcher: Address;
  /** Hosts beyond this machine from which it may dial us. */
  readonly mayDial: Hosts;
  readonly feed: (event: Event) => void;
}

export class ClassicDispatcher {
  readonly #wire: Wire;
  readonly #options: ClassicDispatcherOptions;
  #dialect: Dialect = 'classic';
  #answer = '';

  constructor(wire: Wire, options: ClassicDispatcherOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  /** Its dialect has been found out. */
  speaks(dialect: Dialect): void {
    this.#dialect = dialect;
  }

  /** A connection to our own port: from it, or from somebody who probes the port. */
  accept(connection: Connection): ConnectionHandler {
    const { mayDial, feed } = this.#options;
    if (!isLoopback(connection.remoteHost) && !mayDial(connection.remoteHost)) {
      connection.destroy();
      return () => {};
    }
    return answerOn(this.#wire, connection, {
      pinged: () => feed({ kind: 'pinged' }),
      runtest: (commit) => {
        feed({ kind: 'asked-to-run', commit });
        return this.#dialect === 'py3' && this.#answer === 'OK' ? 'ok' : this.#answer;
      },
    });
  }

  /** The core's answer to the `runtest` that is being asked. */
  answer({ word }: Effect & { kind: 'answer' }): void {
    this.#answer = word;
  }

  /** Says where it can dial us. */
  register(reachable: Address): void {
    const { dispatcher, feed } = this.#options;
    register(this.#wire, dispatcher, reachable, (taken) => feed({ kind: 'registered', taken }));
  }

  /** Offers it an ended run's result. Without descriptors for the log, the next tick does. */
  deliver({ run: { id, commit }, report }: Effect & { kind: 'deliver' }, log: Opened): void {
    const { dispatcher, feed } = this.#options;
    if (log === 'not now') {
      feed({ kind: 'delivered', run: id, taken: false });
      return;
    }
    deliver(this.#wire, dispatcher, this.#dialect, { commit, log, report }, (taken) =>
      feed({ kind: 'delivered', run: id, taken }),
    );
  }
}

/** The host under which that dispatcher can dial us, or null where it cannot (A17). */
export function reachableHost(
  listening: string,
  hostname: string,
  dispatcher: Address,
): string | null {
  const everywhere = ['0.0.0.0', '::'].includes(listening);
  if (isLoopback(dispatcher.host)) return everywhere ? 'localhost' : listening;
  if (everywhere) return hostname;
  return isLoopback(listening) ? null : listening;
}
