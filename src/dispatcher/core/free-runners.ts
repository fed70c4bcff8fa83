/**
 * Owns which runners could take something now: by what they offer, the one that has been idle
 * longest first. So a decision costs the same however many are free.
 */

import { Agenda } from './agenda.js';
import type { Runner } from './peers.js';
import { namesOf, type Offer, type Shape } from './shape.js';

/** Free runners of one offer. */
export interface Peers {
  readonly offer: Offer;
  /** Each with its place in the order of idleness over all offers. */
  readonly runners: Map<Runner, number>;
}

export class FreeRunners {
  readonly #byOffer = new Map<string, Peers>();
  /** Under null those that name none, or take any. */
  readonly #byRepository = new Map<string | null, Set<Peers>>();
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
    if (repository === null) yield* this.#byOffer.values();
    else {
      yield* this.#byRepository.get(repository) ?? [];
      yield* this.#byRepository.get(null) ?? [];
    }
  }

  #peers(offer: Offer): Peers {
    const known = this.#byOffer.get(offer.key);
    if (known !== undefined) return known;
    const peers = { offer, runners: new Map<Runner, number>() };
    this.#byOffer.set(offer.key, peers);
    for (const name of placesOf(offer)) {
      this.#byRepository.set(name, (this.#byRepository.get(name) ?? new Set()).add(peers));
    }
    return peers;
  }

  #drop(peers: Peers): void {
    this.#byOffer.delete(peers.offer.key);
    for (const name of placesOf(peers.offer)) {
      const ofRepository = this.#byRepository.get(name);
      ofRepository?.delete(peers);
      if (ofRepository?.size === 0) this.#byRepository.delete(name);
    }
  }
}

/** Where those of that offer are looked for. */
function placesOf(offer: Offer): readonly (string | null)[] {
  return namesOf(offer) ?? [null];
}

/** Whether it is here and could hold one more run. */
export function hasRoom({ runs, capacity, draining, paused, reconnects }: Runner): boolean {
  return runs.size < capacity && !draining && !paused && reconnects === null;
}
