/**
 * Owns what those hear of a run who keep its logs: the same, without its secrets. Each output has its
 * own masker, as two steps print at once.
 */

import type { LastOutput, StepStanding, Watch } from '../executor.js';
import type { Masker } from './masker.js';
import type { Masks } from './masks.js';

export class MaskedWatch implements Watch {
  readonly #watch: Watch;
  readonly #masks: Masks;
  /** By the number of its step; 0 is the run's own output. */
  readonly #maskers = new Map<number, Masker | null>();

  constructor(watch: Watch, masks: Masks) {
    this.#watch = watch;
    this.#masks = masks;
  }

  readonly starting = (command: string): void => {
    this.#watch.starting(this.#masks.in(command));
  };

  readonly output = (bytes: Buffer, step = 0): void => {
    const masker = this.#maskers.get(step) ?? this.#masks.forOutput();
    this.#maskers.set(step, masker);
    this.#pass(masker === null ? bytes : masker.push(bytes), step);
  };

  readonly lastOutput = (): LastOutput => {
    this.#finish(0);
    return this.#watch.lastOutput();
  };

  readonly stepped = (standing: StepStanding): void => {
    if (standing.state !== 'running') this.#finish(standing.number);
    this.#watch.stepped({ ...standing, reason: this.#masks.in(standing.reason) });
  };

  /** Nothing more comes: passes on what was held back. */
  end(): void {
    for (const step of [...this.#maskers.keys()]) this.#finish(step);
  }

  #finish(step: number): void {
    const rest = this.#maskers.get(step)?.flush();
    this.#maskers.delete(step);
    if (rest !== undefined) this.#pass(rest, step);
  }

  #pass(bytes: Buffer, step: number): void {
    if (bytes.length > 0) this.#watch.output(bytes, step);
  }
}
