/**
 * Owns the wait for room on a full disk: whoever found none tries again by and by, and people are told when
 * that begins, and once nobody waits any more. Any other failure of the disk is thrown on.
 */

import type { Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import { lacksRoom } from '../store/no-room.js';

/** How long a runner's log waits before a full disk is tried again. */
const retryAfterMs = 1_000;

export class DiskRoom {
  readonly #clock: Clock;
  readonly #tell: Tell;
  #waiting = 0;

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Resolves when what failed so may be tried again. Anything but want of room is thrown on. */
  waitForRoom(error: unknown): Promise<void> {
    if (!lacksRoom(error)) throw error;
    if (this.#waiting === 0) {
      const why = error instanceof Error ? error.message : String(error);
      const msg = `no room for a log (${why}): its runner waits, nothing is lost; free some`;
      this.#tell({ event: 'disk-full', level: 'error', msg });
    }
    this.#waiting += 1;
    return new Promise((resolve) => {
      this.#clock.after(retryAfterMs, () => {
        resolve();
        // Whoever finds no room once more is counted again before this.
        this.#clock.soon(() => this.#waited());
      });
    });
  }

  #waited(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    this.#tell({ event: 'disk-has-room', msg: 'there is room for logs: all goes on' });
  }
}
