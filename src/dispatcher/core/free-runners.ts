/**
 * Owns which runners could take something now: by what they offer, the one that has been idle
 * longest first. So a decision costs the same however many are free.
 */

import { Agenda } from './agenda.js';
import type { Runner } from './pool.js';
import type { Offer, Shape } from './shape.js';

/** Free runners of one offer. */
export interface Peers {
  readonly offer: Offer;
  /** Each with its place in the order of idleness over all offers. */
  readonly runners: Map<Runner, number>;
}

export class FreeRunners {
  readonly #byRepository = new Map<string | null, Map<string, Peers>>();
  readonly #peersOf = new Map<Runner, Peers>();
  readonly #backingOff = new Agenda<Runner>();
  readonly #changed = new Set<Peers>();
  #idles = 0;

  /** The runner is as it is now: it can take something, or it cannot, or not yet. */
  place(runner: Runner): void {
    const isHeldOff = runner.backsOffUntilMs > 0;
    const before = this.#peersOf.get(runner);
    const now = hasRoom(runner) && !isHeldOff ? this.#peers(runner.offer) : null;
    before?.runners.delete(runner);
    if (now === null) this.#peersOf.delete(runner);
    else {
      this.#idles += 1;
      now.runners.set(runner, this.#idles);
      this.#peersOf.set(runner, now);
      this.#changed.add(now);
    }
    if (isHeldOff) this.#backingOff.add(runner.backsOffUntilMs, runner);
    if (before?.runners.size === 0) this.#drop(before);
  }

  /** Those that have backed off for long enough are free. */
  wake(nowMs: number): void {
    for (const runner of this.#backingOff.due(nowMs)) {
      if (runner.backsOffUntilMs === 0 || runner.backsOffUntilMs > nowMs) continue;
      runner.backsOffUntilMs = 0;
      this.place(runner);
    }
  }

  /** Those among whom one is free that was not, since the last time. */
  takeChanged(): Peers[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Those that could be of the shape's repository. */
  *near({ repository }: Shape): Generator<Peers> {
    if (repository === null) for (const all of this.#byRepository.values()) yield* all.values();
    else {
      yield* this.#byRepository.get(repository)?.values() ?? [];
      yield* this.#byRepository.get(null)?.values() ?? [];
    }
  }

  #peers(offer: Offer): Peers {
    const ofRepository = this.#byRepository.get(offer.repository) ?? new Map<string, Peers>();
    const peers = ofRepository.get(offer.key) ?? { offer, runners: new Map<Runner, number>() };
    this.#byRepository.set(offer.repository, ofRepository.set(offer.key, peers));
    return peers;
  }

  #drop({ offer }: Peers): void {
    const ofRepository = this.#byRepository.get(offer.repository);
    ofRepository?.delete(offer.key);
    if (ofRepository?.size === 0) this.#byRepository.delete(offer.repository);
  }
}

/** Whether it is here and could hold one more run. */
export function hasRoom({ runs, capacity, draining, reconnects }: Runner): boolean {
  return runs.size < capacity && !draining && reconnects === null;
}
