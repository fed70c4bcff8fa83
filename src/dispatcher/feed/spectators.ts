/**
 * Owns those who follow the feed over the wire: each is sent what is published, from the entry on
 * that it asked for. What comes within a moment goes out together, the same bytes to all, so that
 * three hundred cost little more than one. Who does not keep up is sent nothing further; once it has
 * read, it is told `resync`, and the entries that it missed come out of the store. What was live is
 * lost to it then.
 *
 *             no room             something is published meanwhile
 *   live ──────────────> full ──────────────────────────────────────> behind
 *    ^ ^     it has read   │                                             │ it has read
 *    │ └───────────────────┘                                             v
 *    └────────────────────────── all that is on disk ──────────────── reading
 *
 * Memory: the batch of the moment, once for all; and for each what its socket holds.
 */

import { encodeSession } from '../../protocol/encoder.js';
import type { Clock } from '../../world/clock.js';
import type { Queries } from '../store/queries.js';
import type { Feed } from './feed.js';
import type { Publication, Recorded } from './publication.js';
import { eventOf, recordedEvent } from './wire-form.js';

/** What is published within that time is sent together: nobody sees it, and few writes suffice. */
const gatheredForMs = 100;

/** More than that is sent at once. */
const gatheredMax = 2_000;

/** Entries that are read, and sent, at once. */
const pageEntries = 200;

/** An entry as one remembers it. Of another history the same number has another time. */
export interface Heard {
  readonly seq: number;
  readonly atMs: number;
}

/** One who watches. */
export interface Spectator {
  /** False: no room, until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** The last entry that it has heard; null: it wants only what comes. */
  readonly after: Heard | null;
  /** Whether it wants to see the messages that cross the wire. */
  readonly taps: boolean;
  /** It cannot be served now, for that reason. */
  hangUp(says: string): void;
}

interface Follower {
  readonly spectator: Spectator;
  state: 'live' | 'full' | 'behind' | 'reading';
  /** The last entry that it was sent. */
  seq: number;
  hasRoom: boolean;
  /** What it says that it has heard, as long as it is not known whether that is true. */
  unproven: Heard | null;
  /** A page is on its way out of the store. */
  isAsking: boolean;
  isGone: boolean;
}

export class Spectators {
  readonly #feed: Feed;
  readonly #journal: Queries['journal'];
  readonly #clock: Clock;
  readonly #followers = new Set<Follower>();
  #gathered: Publication[] = [];
  /** The last entry that went out to those who are live. */
  #sentSeq: number;
  #isScheduled = false;
  #unfollow: (() => void) | null = null;

  constructor(feed: Feed, journal: Queries['journal'], clock: Clock) {
    this.#feed = feed;
    this.#journal = journal;
    this.#clock = clock;
    this.#sentSeq = feed.lastSeq;
  }

  /** Sends from now on. Answers what to call when there is room again, and when it has left. */
  admit(spectator: Spectator): { drained: () => void; gone: () => void } {
    this.#unfollow ??= this.#feed.follow((batch) => this.#gather(batch));
    this.#flush();
    const { after, taps } = spectator;
    const quiet = { hasRoom: true, unproven: null, isAsking: false, isGone: false };
    const follower: Follower = { spectator, state: 'live', seq: this.#sentSeq, ...quiet };
    const untap = taps ? this.#feed.tap() : () => {};
    this.#followers.add(follower);
    if (after !== null) this.#begin(follower, after);
    return {
      drained: () => this.#drained(follower),
      gone: () => {
        follower.isGone = true;
        untap();
        this.#followers.delete(follower);
        if (this.#followers.size === 0) this.#rest();
      },
    };
  }

  #gather(batch: readonly Publication[]): void {
    for (const publication of batch) {
      this.#gathered.push(publication);
      if (this.#gathered.length >= gatheredMax) this.#flush();
    }
    if (this.#isScheduled || this.#gathered.length === 0) return;
    this.#isScheduled = true;
    this.#clock.after(gatheredForMs, () => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** Sends what was gathered to all who are live. */
  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#sentSeq = this.#feed.lastSeq;
    if (gathered.length === 0) return;
    const seen = new Map<boolean, Buffer>();
    for (const follower of this.#followers) {
      if (follower.state === 'full') follower.state = 'behind';
      if (follower.state !== 'live') continue;
      const { taps } = follower.spectator;
      const bytes = seen.get(taps) ?? encoded(gathered, taps);
      seen.set(taps, bytes);
      this.#write(follower, bytes, this.#sentSeq);
    }
  }

  #write(follower: Follower, bytes: Uint8Array, seq: number): void {
    follower.seq = seq;
    if (bytes.length > 0) follower.hasRoom = follower.spectator.write(bytes);
    if (!follower.hasRoom && follower.state === 'live') follower.state = 'full';
  }

  #drained(follower: Follower): void {
    follower.hasRoom = true;
    if (follower.state === 'full') follower.state = 'live';
    else if (follower.state === 'behind') this.#resync(follower, follower.seq);
    else if (follower.state === 'reading') void this.#read(follower);
  }

  /** It goes on where it was, if that entry is in this store. */
  #begin(follower: Follower, after: Heard): void {
    follower.state = 'reading';
    follower.unproven = after.seq > 0 ? after : null;
    follower.seq = Math.max(0, after.seq - 1);
    void this.#read(follower);
  }

  /** What it has heard up to that entry stands; the entries follow, all else until now it missed. */
  #resync(follower: Follower, seq: number): void {
    follower.state = 'reading';
    follower.seq = seq;
    follower.hasRoom = follower.spectator.write(encodeSession({ verb: 'resync', seq }));
    if (follower.hasRoom) void this.#read(follower);
  }

  /** Page after page while there is room, until memory has the rest. */
  async #read(follower: Follower): Promise<void> {
    while (follower.hasRoom && !follower.isAsking && !follower.isGone) {
      const recent = this.#feed.since(follower.seq);
      if (recent === null) await this.#readPage(follower);
      else if (!this.#isProven(follower, recent)) this.#resync(follower, 0);
      else {
        // Before it is live itself: what was gathered is among these.
        this.#flush();
        follower.state = 'live';
        const unheard = recent.filter(({ seq }) => seq > follower.seq);
        this.#write(follower, Buffer.concat(unheard.map(recordedEvent)), this.#sentSeq);
        return;
      }
    }
  }

  async #readPage(follower: Follower): Promise<void> {
    follower.isAsking = true;
    const page = await this.#page(follower);
    follower.isAsking = false;
    if (page === null || follower.isGone) return;
    const last = page.at(-1)?.seq ?? this.#feed.lastSeq;
    if (!this.#isProven(follower, page)) {
      this.#resync(follower, 0);
      return;
    }
    const unheard = page.filter(({ seq }) => seq > follower.seq);
    this.#write(follower, Buffer.concat(unheard.map(recordedEvent)), last);
  }

  /** Whether what it says that it has heard is the first of these; from then on it has. */
  #isProven(follower: Follower, [first]: readonly Recorded[]): boolean {
    const { unproven } = follower;
    if (unproven === null) return true;
    follower.unproven = null;
    const isTrue = first?.seq === unproven.seq && first.entry.atMs === unproven.atMs;
    if (isTrue) follower.seq = unproven.seq;
    return isTrue;
  }

  /** The entries that follow, and have been published; null where they cannot be had now. */
  async #page(follower: Follower): Promise<readonly Recorded[] | null> {
    try {
      const page = await this.#journal({ after: follower.seq, most: pageEntries });
      return page.filter((row) => row.seq <= this.#feed.lastSeq);
    } catch (error) {
      // It comes again, and knows from where on.
      follower.isGone = true;
      const why = error instanceof Error ? error.message : String(error);
      follower.spectator.hangUp(`BUSY: ${why}`);
      return null;
    }
  }

  /** Nobody watches: nothing is gathered. */
  #rest(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#gathered = [];
  }
}

function encoded(gathered: readonly Publication[], taps: boolean): Buffer {
  const wanted = gathered.filter(({ kind }) => taps || kind !== 'message');
  return Buffer.concat(wanted.map(eventOf));
}
