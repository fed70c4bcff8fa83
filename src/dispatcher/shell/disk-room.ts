/**
 * Owns the wait for a disk that is full, or refuses a log: whoever found it so tries again by and by, and
 * people are told when that begins, and once nobody waits any more. What waiting cannot mend is thrown on.
 */

import type { Clock } from '../../world/clock.js';
import type { Tell, Told } from '../../world/story.js';
import { isForWaiting, lacksRoom } from '../store/no-room.js';

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

  /** Resolves when what failed so may be tried again; throws on what waiting cannot mend. */
  waitForRoom(error: unknown): Promise<void> {
    if (!isForWaiting(error)) throw error;
    if (this.#waiting === 0) this.#tell(toldOfLog(error));
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
    this.#tell({ event: 'disk-has-room', msg: 'logs can be written again: all goes on' });
  }
}

function toldOfLog(error: unknown): Told {
  const why = error instanceof Error ? error.message : String(error);
  const msg = lacksRoom(error)
    ? `no room for a log (${why}): its runner waits, nothing is lost; free some`
    : `a log cannot be written (${why}): its runner waits, nothing is lost; mend that`;
  return { event: 'disk-full', level: 'error', msg };
}
