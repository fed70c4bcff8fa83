/**
 * Owns the dialogue with classic runners: a new connection for every ping and every
 * commit, at the address they registered. One stopped runner delays nobody (A33): each call has
 * a deadline, and a runner is not pinged again while a ping is under way.
 */

import { ask, type World } from '../../link/ask.js';
import { heartbeatEveryMs } from '../../protocol/limits.js';
import type { Event, Send } from '../core/events.js';
import type { PeerKey } from '../core/pool.js';

/** A runner that takes longer to answer one word is silent; three such pings and it is lost. */
const answerWithinMs = heartbeatEveryMs;

export class ClassicRunners {
  readonly #world: World;
  readonly #feed: (event: Event) => void;
  readonly #pinging = new Set<PeerKey>();

  constructor(world: World, feed: (event: Event) => void) {
    this.#world = world;
    this.#feed = feed;
  }

  ask({ runner, address, request, run }: Send & { kind: 'ask' }): void {
    if (request.verb === 'ping') {
      if (this.#pinging.has(runner)) return;
      this.#pinging.add(runner);
    }
    ask(this.#world, address, request, answerWithinMs, (answer) => {
      if (request.verb === 'ping') this.#pinging.delete(runner);
      const asked = run === null ? pinged : { verb: 'runtest' as const, run };
      this.#feed({ kind: 'answered', runner, asked, answer });
    });
  }
}

const pinged = { verb: 'ping' } as const;
