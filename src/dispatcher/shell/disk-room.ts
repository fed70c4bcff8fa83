/**
 * Owns the wait for a disk that is full, or refuses a log or a look into the store: whoever found it so
 * tries again by and by, and people are told when that begins, and once nobody waits any more. What waiting
 * cannot mend is thrown on.
 */

import type { Clock } from '../../world/clock.js';
import type { Tell, Told } from '../../world/story.js';
import { isForWaiting, lacksRoom } from '../store/no-room.js';

/** What people are told. */
interface Words {
  readonly begins: (error: unknown) => Told;
  readonly ends: Told;
}

/** How long one waits before such a disk is tried again. */
const retryAfterMs = 1_000;

export class DiskRoom {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #words: Words;
  #waiting = 0;

  constructor(clock: Clock, tell: Tell, words: Words) {
    this.#clock = clock;
    this.#tell = tell;
    this.#words = words;
  }

  /** Resolves when what failed so may be tried again; throws on what waiting cannot mend. */
  waitForRoom(error: unknown): Promise<void> {
    if (!isForWaiting(error)) throw error;
    if (this.#waiting === 0) this.#tell(this.#words.begins(error));
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
    this.#tell(this.#words.ends);
  }
}

/** Of logs that cannot be written. */
export const ofLogs: Words = {
  begins: (error) => {
    const why = messageOf(error);
    const msg = lacksRoom(error)
      ? `no room for a log (${why}): its runner waits, nothing is lost; free some`
      : `a log cannot be written (${why}): its runner waits, nothing is lost; mend that`;
    return { event: 'disk-full', level: 'error', msg };
  },
  ends: { event: 'disk-has-room', msg: 'logs can be written again: all goes on' },
};

/** Of a store that cannot be read. */
export const ofStore: Words = {
  begins: (error) => {
    const why = messageOf(error);
    const msg = `the store cannot be read (${why}): peers wait, nothing is lost; mend that`;
    return { event: 'store-unreadable', level: 'error', msg };
  },
  ends: { event: 'store-readable', msg: 'the store can be read again: all goes on' },
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
