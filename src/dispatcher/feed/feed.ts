/**
 * Owns the one stream of all that the dispatcher tells: each publication once, in order, to everyone
 * who follows. What is of one event comes as one batch, because it is told together.
 * Never waits for a follower, and never keeps more than the newest entries: who cannot follow at once
 * keeps what it needs itself, within a bound (see spectators.ts), or reads the journal.
 */

import type { Cancel, Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import type { Job } from '../core/job.js';
import type { Publication, Recorded } from './publication.js';

export type Batch = readonly Publication[];
export type Follow = (batch: Batch) => void;

/** Entries that whoever was away for a moment has from memory: of some hundred jobs. */
const recentMax = 1_000;

export class Feed {
  readonly #clock: Clock;
  readonly #followers = new Set<Follow>();
  readonly #recent: Recorded<Job>[] = [];
  #lastSeq: number;
  #taps = 0;

  /** `lastSeq`: of the last entry that is in the store. */
  constructor(clock: Clock, lastSeq: number) {
    this.#clock = clock;
    this.#lastSeq = lastSeq;
  }

  /** Of the last entry that was published, or was there before. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether anybody wants to see the messages that cross the wire. */
  get isTapped(): boolean {
    return this.#taps > 0;
  }

  publish(batch: Batch): void {
    for (const publication of batch) if (publication.kind === 'entry') this.#remember(publication);
    for (const follow of this.#followers) follow(batch);
  }

  /** Publishes what befell the process rather than a job. */
  readonly tell: Tell = (told) => {
    this.publish([{ kind: 'told', atMs: this.#clock.nowMs(), told }]);
  };

  follow(follow: Follow): Cancel {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  /** As long as anybody taps, messages are published. */
  tap(): Cancel {
    this.#taps += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#taps -= 1;
      isOver = true;
    };
  }

  /** All entries after that one, where memory reaches back so far; else null. */
  since(seq: number): readonly Recorded[] | null {
    if (seq === this.#lastSeq) return [];
    const [oldest] = this.#recent;
    if (oldest === undefined || oldest.seq > seq + 1) return null;
    return this.#recent.filter((recorded) => recorded.seq > seq);
  }

  #remember(recorded: Recorded<Job>): void {
    this.#lastSeq = recorded.seq;
    this.#recent.push(recorded);
    if (this.#recent.length > 2 * recentMax) this.#recent.splice(0, recentMax);
  }
}
