/**
 * Owns when the positions are written: once a turn of the loop, as a thousand branches that end
 * together are one write. A full disk is told and lived with.
 */

import type { Clock } from '../world/clock.js';
import type { Tell } from '../world/story.js';
import type { Known } from './core/news.js';

interface World {
  readonly clock: Clock;
  readonly save: (known: Known) => void;
  readonly tell: Tell;
}

export class Saving {
  readonly #world: World;
  #unsaved: Known | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  soon(known: Known): void {
    if (this.#unsaved === null) this.#world.clock.soon(() => this.flush());
    this.#unsaved = known;
  }

  flush(): void {
    if (this.#unsaved === null) return;
    const known = this.#unsaved;
    this.#unsaved = null;
    try {
      this.#world.save(known);
    } catch (error) {
      // The next save holds this one too.
      const { message } = error as Error;
      const msg = `cannot save the position (${message}): after a restart it is handed over again`;
      this.#world.tell({ event: 'save-failed', level: 'error', msg });
    }
  }
}
