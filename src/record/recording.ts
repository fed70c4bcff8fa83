/**
 * Owns a recording that goes on: it numbers records, keeps the newest, and hands them to those who watch.
 * The ring is everybody's buffer: a viewer is a place in it, and one who falls out of it is told what it
 * missed, never waited for. What comes within a moment goes out together.
 * Never opens a socket or a file, never looks at a clock; it is given both.
 */

import {
  lineOf,
  type WireArrival,
  type WireChange,
  type WireDrop,
  type WireHeader,
  type WireMessage,
  type WireMissed,
  type WireRecord,
} from './record.js';
import { RingBuffer, type RingBufferLimits } from './ring-buffer.js';

type Unplaced<Placed extends WireRecord> = Omit<Placed, 'n' | 'atUs'>;

/** A record before it has its number and its time. */
export type Happened =
  | Unplaced<WireMessage>
  | Unplaced<WireArrival>
  | Unplaced<WireDrop>
  | Unplaced<WireChange>;

/** How a viewer reads what it is sent; each answers text, or nothing. */
export interface WireForm {
  readonly header: (header: WireHeader) => string;
  /** `line` is that record's, its newline included. */
  readonly record: (n: number, line: string, header: WireHeader) => string;
  readonly missed: (missed: WireMissed) => string;
  /** All is begun anew; a header follows. */
  readonly reset: () => string;
  /** What is told besides the record. */
  readonly told: (event: string, data: object) => string;
}

/** The same as in a file: a line each. */
export const lines: WireForm = {
  header: lineOf,
  record: (_, line) => line,
  missed: lineOf,
  reset: () => '',
  told: () => '',
};

export interface Viewer {
  readonly form: WireForm;
  /** False: no room, until `drained`. */
  write(text: string): boolean;
}

export interface RecordingWorld {
  /** Microseconds, steady. */
  readonly nowUs: () => number;
  /** Calls once, in a moment. */
  readonly later: (call: () => void) => void;
  /** Somebody is about to read what is there. */
  readonly looked?: () => void;
  /** So many watch by now. */
  readonly watched?: (viewers: number) => void;
}

/** Some minutes of a busy wire. */
const limits: RingBufferLimits = { linesMax: 50_000, charactersMax: 32 * 1_024 * 1_024 };

/** Lines that are written at once. */
const pageLines = 500;

interface Watching {
  readonly viewer: Viewer;
  /** The `n` of the last that it was sent. */
  after: number;
  hasRoom: boolean;
  isGone: boolean;
}

export class Recording {
  readonly #world: RecordingWorld;
  readonly #limits: RingBufferLimits;
  readonly #watching = new Set<Watching>();
  #header: WireHeader;
  #ring: RingBuffer;
  #startedUs: number;
  #lastUs = 0;
  #isScheduled = false;

  constructor(header: WireHeader, world: RecordingWorld, bounds: RingBufferLimits = limits) {
    this.#header = header;
    this.#world = world;
    this.#limits = bounds;
    this.#ring = new RingBuffer(bounds);
    this.#startedUs = world.nowUs();
  }

  get header(): WireHeader {
    return this.#header;
  }

  /** The `n` of the newest record, or 0. */
  get last(): number {
    return this.#ring.last;
  }

  /** How long it has gone on, in microseconds. */
  get nowUs(): number {
    // A clock that was set by hand may lie before.
    return Math.max(this.#lastUs, Math.round(this.#world.nowUs() - this.#startedUs));
  }

  /** Writes that down; answers its line. */
  push(happened: Happened): string {
    this.#lastUs = this.nowUs;
    const placed = { n: this.#ring.last + 1, atUs: this.#lastUs, ...happened };
    const line = lineOf(placed as WireRecord);
    this.#ring.push(line);
    if (this.#watching.size > 0) this.#schedule();
    return line;
  }

  /** Forgets all; whoever watches is told so. */
  restart(header: WireHeader): void {
    this.#header = header;
    this.#ring = new RingBuffer(this.#limits);
    this.#startedUs = this.#world.nowUs();
    this.#lastUs = 0;
    for (const watching of this.#watching) {
      const { form } = watching.viewer;
      watching.after = 0;
      this.#write(watching, form.reset() + form.header(header));
    }
  }

  /** Tells everybody who watches something besides the record. */
  tell(event: string, data: object): void {
    this.#flush();
    for (const watching of this.#watching) {
      const text = watching.viewer.form.told(event, data);
      if (text !== '') this.#write(watching, text);
    }
  }

  /** All after that one, up to the newest of now, as lines, piece by piece. */
  *since(n: number): Generator<string> {
    this.#world.looked?.();
    const ring = this.#ring;
    const until = ring.last;
    yield lineOf(this.#header);
    for (let after = n; after < until; ) {
      const { text, reached } = nextOf(ring, after, lines, this.#header);
      yield text;
      after = reached;
    }
  }

  /**
   * Sends the header, and all after that one, as long as it watches; null: from now on. Answers what to
   * call when there is room again, and when it has left. `of`: when the recording began that it speaks of.
   */
  watch(viewer: Viewer, n: number | null, of?: number): { drained: () => void; gone: () => void } {
    const before = this.#header;
    this.#world.looked?.();
    // What began because of it, it hears from its beginning.
    const now = this.#header === before ? this.#ring.last : 0;
    const isOther = (of ?? this.#header.startedAtMs) !== this.#header.startedAtMs;
    // Of another recording, or of one that a restart took: it forgets that, and hears this.
    const isAnew = n !== null && (isOther || n > this.#ring.last);
    const after = isAnew ? 0 : (n ?? now);
    const watching: Watching = { viewer, after, hasRoom: true, isGone: false };
    this.#watching.add(watching);
    this.#world.watched?.(this.#watching.size);
    const { form } = viewer;
    this.#write(watching, (isAnew ? form.reset() : '') + form.header(this.#header));
    this.#pump(watching);
    return {
      drained: () => {
        watching.hasRoom = true;
        this.#pump(watching);
      },
      gone: () => {
        if (watching.isGone) return;
        watching.isGone = true;
        this.#watching.delete(watching);
        this.#world.watched?.(this.#watching.size);
      },
    };
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#world.later(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const watching of this.#watching) this.#pump(watching);
  }

  /** Page after page while there is room, until it has all. */
  #pump(watching: Watching): void {
    while (watching.hasRoom && !watching.isGone && watching.after < this.#ring.last) {
      const { form } = watching.viewer;
      const { text, reached } = nextOf(this.#ring, watching.after, form, this.#header);
      watching.after = reached;
      this.#write(watching, text);
    }
  }

  #write(watching: Watching, text: string): void {
    watching.hasRoom = watching.viewer.write(text) && watching.hasRoom;
  }
}

/** A page of what comes after that one, with what was missed before it. */
function nextOf(
  ring: RingBuffer,
  after: number,
  form: WireForm,
  header: WireHeader,
): { readonly text: string; readonly reached: number } {
  const { first } = ring;
  const missed =
    after + 1 < first ? form.missed({ kind: 'missed', from: after + 1, to: first - 1 }) : '';
  const from = Math.max(after + 1, first);
  const page = ring.after(after, pageLines);
  const records = page.map((line, index) => form.record(from + index, line, header));
  return { text: missed + records.join(''), reached: from + page.length - 1 };
}
