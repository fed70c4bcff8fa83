/**
 * Owns the repository's hook, as a team writes it that distrusts its observer: after a push it
 * hands over the latest commits itself, each over a connection of its own. Where it is bad at
 * that, the younger come first, or what has long been finished comes again.
 */

import type { Commit } from '../../src/protocol/ids.js';
import { type Caller, callerOn } from './caller.js';
import type { Ground } from './machine.js';

/** How far apart the calls of one push are. */
const spreadMs = 300;

export class Hook {
  readonly #ground: Ground;
  readonly #caller: Caller;
  /** Of a thousand pushes, so many are handed over youngest first… */
  readonly #reordered: number;
  /** …and after so many a commit is repeated that has its verdict. */
  readonly #late: number;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#caller = callerOn(ground, '10.0.0.8');
    const { random } = ground;
    this.#reordered = random.perMille(500) ? random.between(1, 500) : 0;
    this.#late = random.perMille(500) ? random.between(1, 500) : 0;
  }

  pushed(): void {
    const { random, history, witness } = this.#ground;
    const youngest = history.commits.slice(-random.between(2, 4)).reverse();
    if (youngest.length > 1 && random.perMille(this.#reordered)) {
      this.#suffered('dispatched out of order', youngest);
      for (const commit of youngest) this.#dispatch(commit, random.between(0, spreadMs));
    }
    const finished = [...witness.jobs.values()].filter(({ state }) => state === 'finished');
    if (finished.length > 0 && random.perMille(this.#late)) {
      const { commit } = random.pick(finished);
      this.#suffered('dispatched late', [commit]);
      this.#dispatch(commit, random.between(0, spreadMs));
    }
  }

  #suffered(fault: string, commits: readonly Commit[]): void {
    const { suffered, tell } = this.#ground;
    suffered(fault);
    const names = commits.map((commit) => commit.slice(0, 7)).join(', ');
    tell('hook', { event: 'fault', msg: `${fault}: ${names}` });
  }

  #dispatch(commit: Commit, afterMs: number): void {
    this.#caller.clock.after(afterMs, () =>
      this.#caller.ask({ verb: 'dispatch', commit }, (answer) => {
        const isTaken = /^ok$/i.test(answer.toString().trim());
        if (isTaken) this.#ground.witness.acknowledged(commit);
      }),
    );
  }
}
