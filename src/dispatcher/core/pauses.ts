/**
 * Owns what is paused: a runner is given nothing new, of a repository nothing new is leased, or
 * nothing is at all. What is going on goes on. A pause outlives the dispatcher, and is of a name:
 * it holds for whoever is called so later.
 */

import type { Pausable } from '../../protocol/ids.js';
import type { EventOf } from './events.js';
import { pausesMax } from './rules.js';
import type { State, Turn } from './turn.js';

export class Pauses {
  readonly #all = new Set<Pausable>();

  get size(): number {
    return this.#all.size;
  }

  get isAll(): boolean {
    return this.has('all');
  }

  has(what: 'all' | `runner:${string}` | `repository:${string}`): boolean {
    return (this.#all as ReadonlySet<string>).has(what);
  }

  set(what: Pausable, isPaused: boolean): void {
    if (isPaused) this.#all.add(what);
    else this.#all.delete(what);
  }

  [Symbol.iterator](): Iterator<Pausable> {
    return this.#all.values();
  }
}

/** A person wants that paused, or not any more. */
export function pause(turn: Turn, { request, what, isPaused }: EventOf<'pause'>): void {
  const { pauses } = turn.state;
  const isSo = pauses.has(what) === isPaused;
  if (isSo && !isPaused) return turn.reply(request, { kind: 'not-paused', what });
  if (isPaused && !isSo && pauses.size >= pausesMax) {
    return turn.reply(request, { kind: 'too-many-pauses', most: pausesMax });
  }
  if (!isSo) {
    setPause(turn.state, what, isPaused);
    turn.pause(what, isPaused);
  }
  turn.reply(request, { kind: 'done' });
}

/** From now on it is so; at recovery, too. */
export function setPause(state: State, what: Pausable, isPaused: boolean): void {
  state.pauses.set(what, isPaused);
  const [kind, ...name] = what.split(':');
  if (kind === 'runner') state.pool.pause(name.join(':'), isPaused);
  if (kind === 'repository' && !isPaused) state.jobs.queue.isOpenAgain(name.join(':'));
}
