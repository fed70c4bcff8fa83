/**
 * Owns the dialogue with classic runners: a new connection for every ping and every
 * commit, at the address they registered. One stopped runner delays nobody (A33): each call has
 * a deadline, and a runner is not pinged again while a ping is under way.
 */

import { ask, type World } from '../../link/ask.js';
import { formatAddress } from '../../protocol/address.js';
import { heartbeatEveryMs } from '../../protocol/limits.js';
import type { Event, Send } from '../core/events.js';
import type { Tap } from '../feed/tap.js';

/** A runner that takes longer to answer one word is silent; three such pings and it is lost. */
const answerWithinMs = heartbeatEveryMs;

export class ClassicRunners {
  readonly #world: World;
  readonly #tap: Tap;
  readonly #handle: (event: Event) => void;
  /** The registrations that a ping is under way to. */
  readonly #pinging = new Set<number>();
  #counter = 0;

  constructor(world: World, tap: Tap, handle: (event: Event) => void) {
    this.#world = world;
    this.#tap = tap;
    this.#handle = handle;
  }

  ask({ runner, registration, address, request, run }: Send & { kind: 'ask' }): void {
    if (request.verb === 'ping') {
      if (this.#pinging.has(registration)) return;
      this.#pinging.add(registration);
    }
    this.#counter += 1;
    const line = { connection: `dialled ${this.#counter}`, peer: formatAddress(address) };
    this.#tap.request(line, 'out', request);
    ask(this.#world, address, request, answerWithinMs, (answer) => {
      if (answer.kind === 'reply') this.#tap.reply(line, 'in', answer.text);
      if (request.verb === 'ping') this.#pinging.delete(registration);
      const asked = run === null ? pinged : { verb: 'runtest' as const, run };
      this.#handle({ kind: 'answered', runner, registration, asked, answer });
    });
  }
}

const pinged = { verb: 'ping' } as const;
