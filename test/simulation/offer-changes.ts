/**
 * Owns that runners offer something else now and then: somebody changes the file that `--config`
 * names, and sends SIGHUP. Drawn from a stream of its own, and in some worlds only, so that all
 * others are what they were before this could happen.
 */

import type { Ground } from './machine.js';
import { rareLabel } from './plans.js';
import type { Random } from './random.js';
import { type RunnerMachine, slotsMost } from './runner-machine.js';

/** Of a thousand worlds, in so many runners offer something else now and then. */
const changing = 150;

export class OfferChanges {
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #runners: readonly RunnerMachine[];
  #isOver = false;

  constructor(ground: Ground, runners: readonly RunnerMachine[]) {
    this.#ground = ground;
    this.#random = ground.changes;
    this.#runners = runners;
    if (this.#random.perMille(changing)) this.#changeAgain(this.#random.between(100, 2_000));
  }

  /** Where nobody carries any more what some jobs demand, the one that did carries it again. */
  clear(): void {
    this.#isOver = true;
    const [first] = this.#runners;
    if (first === undefined || this.#runners.some(({ offer }) => offer.labels.length > 0)) return;
    first.change({ ...first.offer, labels: [rareLabel] });
  }

  #changeAgain(pauseMs: number): void {
    const { timeline, suffered, tell } = this.#ground;
    timeline.after(this.#random.between(1, 2 * pauseMs), () => {
      if (this.#isOver) return;
      const runner = this.#random.pick(this.#runners);
      const capacity = this.#random.between(1, slotsMost);
      const labels = this.#random.perMille(500) ? [rareLabel] : [];
      suffered('offer changed');
      const msg = `${runner.machine.name} is to offer ${capacity} [${labels}]`;
      tell('faults', { event: 'fault', msg });
      runner.change({ capacity, labels });
      this.#changeAgain(pauseMs);
    });
  }
}
