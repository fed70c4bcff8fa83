/**
 * Owns the pipes of a slot: one for a suite, and as many more as steps have gone on there at once.
 * Never gives one to two at a time.
 */

import type { Clock } from '../../world/clock.js';
import { type Output, OutputPipe } from './output.js';

export class OutputPipes implements Pick<OutputPipe, 'open'> {
  readonly #path: string;
  /** Those that nobody writes into. */
  readonly #free: OutputPipe[];
  #count = 1;

  /** The first is made now, while nobody waits. */
  constructor(path: string) {
    this.#path = path;
    this.#free = [new OutputPipe(path)];
  }

  open(clock: Clock, take: (bytes: Buffer) => void): Output {
    const pipe = this.#free.pop() ?? this.#another();
    try {
      const output = pipe.open(clock, take);
      void output.taken.then(() => this.#free.push(pipe));
      return output;
    } catch (error) {
      this.#free.push(pipe);
      throw error;
    }
  }

  #another(): OutputPipe {
    this.#count += 1;
    return new OutputPipe(`${this.#path}-${this.#count}`);
  }
}
