/**
 * Owns how the journal is read to its end, and on as it grows, from where an earlier process had come.
 * Never knows what an entry leads to. Invariant: no entry is passed over because of a restart, a full disk
 * or a store that does not answer; some may be read twice.
 */

import type { Feed } from '../dispatcher/feed/feed.js';
import type { JournalRow, Queries } from '../dispatcher/store/queries.js';
import type { Cancel, Clock } from '../world/clock.js';
import type { Tell } from '../world/story.js';
import type { Place } from './outbox.js';

/** Entries that are read at once. */
const pageEntries = 200;

/** What comes within a moment is read together. */
const gatheredForMs = 50;

/** How soon a store or a disk that failed is asked again. */
const againAfterMs = 5_000;

export interface JournalWorld {
  readonly clock: Clock;
  readonly feed: Pick<Feed, 'follow' | 'lastSeq'>;
  readonly journal: Queries['journal'];
  /** Where an earlier process had come; null at the first start of all. */
  readonly begin: Place | null;
  /** Acts on an entry. What it rejects with is told, and the entry is read again. */
  readonly take: (row: JournalRow) => Promise<void>;
  /** All up to there was taken. */
  readonly reach: (place: Place) => void;
  readonly tell: Tell;
}

export class JournalReader {
  readonly #world: JournalWorld;
  /** The last entry that was taken; null until it is known to be one of this journal. */
  #place: Place | null = null;
  readonly #unfollow: Cancel;
  #cancelRead: Cancel | null = null;
  #isReading = false;
  #isClosed = false;
  #isInTrouble = false;

  constructor(world: JournalWorld) {
    this.#world = world;
    this.#unfollow = world.feed.follow((batch) => {
      if (batch.some(({ kind }) => kind === 'entry')) this.#readAfter(gatheredForMs);
    });
    this.#readAfter(0);
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#cancelRead?.();
  }

  #readAfter(delayMs: number): void {
    if (this.#cancelRead !== null || this.#isReading || this.#isClosed) return;
    this.#cancelRead = this.#world.clock.after(delayMs, () => {
      this.#cancelRead = null;
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    let againInMs: number | null = null;
    try {
      const place = this.#place ?? (await this.#begin());
      const end = await this.#readOn(place);
      this.#isInTrouble = false;
      // Something may have been published while it was asked for.
      if (end < this.#world.feed.lastSeq) againInMs = gatheredForMs;
    } catch (error) {
      againInMs = againAfterMs;
      this.#tellOfTrouble(error);
    }
    this.#isReading = false;
    if (againInMs !== null) this.#readAfter(againInMs);
  }

  /** Page after page; answers the number of the entry up to which all is read. */
  async #readOn(from: Place): Promise<number> {
    const { feed, journal, take, reach } = this.#world;
    let after = from.seq;
    for (;;) {
      const { lastSeq } = feed;
      const rows = await journal({ after, most: pageEntries });
      for (const row of rows) {
        if (this.#isClosed) return lastSeq;
        await take(row);
        after = row.seq;
        this.#place = { seq: row.seq, atMs: row.entry.atMs };
      }
      if (this.#isClosed) return lastSeq;
      // None is left of those up to there.
      if (rows.length === 0) return Math.max(after, lastSeq);
      if (this.#place !== null) reach(this.#place);
    }
  }

  /** Goes on where an earlier process was, if that entry is in this journal; else from now on. */
  async #begin(): Promise<Place> {
    const { begin, feed, reach, tell } = this.#world;
    const isOurs = begin !== null && begin.seq <= feed.lastSeq && (await this.#isHere(begin));
    const place = isOurs ? begin : await this.#placeOf(feed.lastSeq);
    if (begin !== null && !isOurs) {
      const msg = 'the store is another than before: others are told what happens from now on';
      tell({ event: 'notices-begin', level: 'warn', msg });
    }
    if (!this.#isClosed) reach(place);
    this.#place = place;
    return place;
  }

  /** Whether it is one of this journal, for all that can be told: it may have been removed. */
  async #isHere({ seq, atMs }: Place): Promise<boolean> {
    const found = await this.#placeOf(seq);
    return found.atMs === atMs || found.atMs === 0;
  }

  /** `atMs` is 0 where there is no such entry (any more). */
  async #placeOf(seq: number): Promise<Place> {
    const [row] = seq === 0 ? [] : await this.#world.journal({ after: seq - 1, most: 1 });
    return { seq, atMs: row?.seq === seq ? row.entry.atMs : 0 };
  }

  #tellOfTrouble(error: unknown): void {
    if (this.#isInTrouble || this.#isClosed) return;
    this.#isInTrouble = true;
    const why = error instanceof Error ? error.message : String(error);
    const msg = `others cannot be told now (${why}): nothing is lost, it is tried again`;
    this.#world.tell({ event: 'notices-trouble', level: 'warn', msg });
  }
}
