/**
 * Owns those who follow the feed from outside, over the wire or in a browser: each is sent what is published, from the entry on
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

import type { Clock } from '../../world/clock.js';
import type { Queries } from '../store/queries.js';
import type { Feed } from './feed.js';
import type { Form } from './form.js';
import type { Publication, Recorded } from './publication.js';

/** What is published within that time is sent together: nobody sees it, and few writes suffice. */
const gatheredForMs = 100;

/** More than that is sent at once. */
const gatheredMax = 2_000;

/** Entries that are read, and sent, at once. */
const pageEntries = 200;

/** An entry as one remembers it. Of another history the same number has another time. */
export interface Heard {
  readonly seq: number;
  /** Null where it was we who just told the number. */
  readonly atMs: number | null;
}

/** One who watches. */
export interface Spectator {
  /** False: no room, until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** The last entry that it has heard, or that there was when it was welcomed. */
  readonly after: Heard;
  /** How it reads. */
  readonly form: Form;
  /** Whether it wants to see the messages that cross the wire. */
  readonly taps: boolean;
  /** It cannot be served now, for that reason. */
  hangUp(says: string): void;
}

interface Watcher {
  readonly spectator: Spectator;
  state: 'live' | 'full' | 'behind' | 'reading';
  /** The last entry that it was sent. */
  seq: number;
  hasRoom: boolean;
  /** What it says that it has heard, as long as it is not known whether that is true. */
  unproven: Heard | null;
  /** A page is on its way out of the store, or others have their turn. */
  isAsking: boolean;
  isGone: boolean;
}

export class Spectators {
  readonly #feed: Feed;
  readonly #journal: Queries['journal'];
  readonly #clock: Clock;
  readonly #watchers = new Set<Watcher>();
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
    if (this.#watchers.size === 0) this.#sentSeq = this.#feed.lastSeq;
    this.#unfollow ??= this.#feed.follow((batch) => this.#gather(batch));
    const quiet = { hasRoom: true, unproven: null, isAsking: false, isGone: false };
    const watcher: Watcher = { spectator, state: 'reading', seq: 0, ...quiet };
    const untap = spectator.taps ? this.#feed.tap() : () => {};
    this.#watchers.add(watcher);
    this.#begin(watcher, spectator.after);
    return {
      drained: () => this.#drained(watcher),
      gone: () => {
        watcher.isGone = true;
        untap();
        this.#watchers.delete(watcher);
        if (this.#watchers.size === 0) this.#rest();
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
    const last = gathered.findLast((published) => published.kind === 'entry');
    this.#sentSeq = last?.seq ?? this.#sentSeq;
    const encoded = encodings(gathered);
    for (const watcher of this.#watchers) {
      const bytes = encoded(watcher.spectator);
      if (bytes.length === 0) continue;
      if (watcher.state === 'full') watcher.state = 'behind';
      if (watcher.state === 'live') this.#write(watcher, bytes, this.#sentSeq);
    }
  }

  #write(watcher: Watcher, bytes: Uint8Array, seq: number): void {
    watcher.seq = seq;
    if (bytes.length > 0) watcher.hasRoom = watcher.spectator.write(bytes);
    if (!watcher.hasRoom && watcher.state === 'live') watcher.state = 'full';
  }

  #drained(watcher: Watcher): void {
    watcher.hasRoom = true;
    if (watcher.state === 'full') watcher.state = 'live';
    else if (watcher.state === 'behind') this.#resync(watcher, watcher.seq);
    else if (watcher.state === 'reading') void this.#read(watcher);
  }

  /** It goes on where it was, if that entry is in this store. */
  #begin(watcher: Watcher, after: Heard): void {
    const isToBeProven = after.atMs !== null && after.seq > 0;
    watcher.unproven = isToBeProven ? after : null;
    watcher.seq = isToBeProven ? after.seq - 1 : after.seq;
    void this.#read(watcher);
  }

  /** What it has heard up to that entry stands; the entries follow, all else until now it missed. */
  #resync(watcher: Watcher, seq: number): void {
    watcher.state = 'reading';
    watcher.seq = seq;
    watcher.hasRoom = watcher.spectator.write(watcher.spectator.form.resync(seq));
    if (watcher.hasRoom) void this.#read(watcher);
  }

  /** Page after page while there is room, until it has all that the others have. */
  async #read(watcher: Watcher): Promise<void> {
    while (watcher.hasRoom && !watcher.isAsking && !watcher.isGone) {
      const recent = this.#feed.since(watcher.seq);
      const page = recent?.slice(0, pageEntries) ?? (await this.#page(watcher));
      if (page === null || watcher.isGone) return;
      if (!this.#isProven(watcher, page)) {
        this.#resync(watcher, 0);
        return;
      }
      const isLast = recent !== null && page.length === recent.length;
      // Before it is live itself: what was gathered is among these.
      if (isLast) this.#flush();
      if (isLast) watcher.state = 'live';
      const unheard = page.filter(({ seq }) => seq > watcher.seq);
      const seq = page.at(-1)?.seq ?? watcher.seq;
      this.#write(watcher, Buffer.concat(unheard.map(watcher.spectator.form.entry)), seq);
      if (isLast) return;
      await this.#pause(watcher);
    }
  }

  /** Others come first: hundreds may have come back at once. */
  async #pause(watcher: Watcher): Promise<void> {
    watcher.isAsking = true;
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    watcher.isAsking = false;
  }

  /** Whether what it says that it has heard is the first of these; from then on it has. */
  #isProven(watcher: Watcher, [first]: readonly Recorded[]): boolean {
    const { unproven } = watcher;
    if (unproven === null) return true;
    watcher.unproven = null;
    const isTrue = first?.seq === unproven.seq && first.entry.atMs === unproven.atMs;
    if (isTrue) watcher.seq = unproven.seq;
    return isTrue;
  }

  /** The entries that follow, and have been published; null where they cannot be had now. */
  async #page(watcher: Watcher): Promise<readonly Recorded[] | null> {
    const { lastSeq } = this.#feed;
    watcher.isAsking = true;
    try {
      const rows = await this.#journal({ after: watcher.seq, most: pageEntries });
      const page = rows.filter(({ seq }) => seq <= this.#feed.lastSeq);
      // None is left of those up to there.
      if (page.length === 0) watcher.seq = lastSeq;
      return page;
    } catch (error) {
      // It comes again, and knows from where on.
      watcher.isGone = true;
      const why = error instanceof Error ? error.message : String(error);
      watcher.spectator.hangUp(`BUSY: ${why}`);
      return null;
    } finally {
      watcher.isAsking = false;
    }
  }

  /** Nobody watches: nothing is gathered. */
  #rest(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#gathered = [];
  }
}

/** What was gathered, written once for all who read it alike. */
function encodings(gathered: readonly Publication[]) {
  const written = new Map<Form, Map<boolean, Buffer>>();
  return ({ form, taps }: Spectator): Buffer => {
    const ofForm = written.get(form) ?? new Map<boolean, Buffer>();
    written.set(form, ofForm);
    const bytes = ofForm.get(taps) ?? encoded(gathered, form, taps);
    ofForm.set(taps, bytes);
    return bytes;
  };
}

function encoded(gathered: readonly Publication[], form: Form, taps: boolean): Buffer {
  const wanted = gathered.filter(({ kind }) => taps || kind !== 'message');
  return Buffer.concat(
    wanted.map((published) =>
      published.kind === 'entry' ? form.entry(published) : form.event(published),
    ),
  );
}
