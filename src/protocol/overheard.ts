/**
 * Owns what is understood of a connection by one who stands between its ends: the bytes of each
 * direction come in, in whatever pieces, and go out cut where messages end, with how each is shown.
 * Never holds back a byte for good and never changes one: what goes out, laid end to end, is what came in.
 * Invariant: any cutting of the same bytes gives the same messages. Secrets are not shown (shown.ts).
 */

import { type Decoded, type Decoder, requestDecoder, sessionDecoder } from './decoder.js';
import type { Request, SessionMessage } from './messages.js';
import { type Shown, shownReply, shownRequest, shownSession } from './shown.js';

/** Some bytes, and the message that is whole with them; null: none is. */
export interface Piece {
  readonly bytes: Buffer;
  readonly shown: Shown | null;
}

/** Of whoever opened the connection, and of whom it was opened to. */
export type Side = 'asks' | 'answers';

/** Words that do not end are told of in such portions. */
const replyBytesMax = 64 * 1_024;

export class Overheard {
  readonly #asks: Ear;
  readonly #answers: Ear;
  #isSession = false;

  /** `headBytesMax`: how much of each message is shown. */
  constructor(headBytesMax: number) {
    this.#answers = new Ear(true, headBytesMax, () => {});
    this.#asks = new Ear(false, headBytesMax, () => {
      this.#isSession = true;
      this.#answers.open();
    });
  }

  /** Whether a pause says nothing: every message of a session ends by itself. */
  get isSession(): boolean {
    return this.#isSession;
  }

  hear(side: Side, bytes: Buffer): Piece[] {
    return this.#earOf(side).hear(bytes);
  }

  /** Nothing has come for a while: a classic peer ends a message so. */
  quiet(side: Side): Piece[] {
    return this.#earOf(side).quiet();
  }

  /** Nothing more will come. */
  end(side: Side): Piece[] {
    return this.#earOf(side).end();
  }

  #earOf(side: Side): Ear {
    return side === 'asks' ? this.#asks : this.#answers;
  }
}

const nothing = Buffer.alloc(0);

/** One direction. */
class Ear {
  readonly #opens: () => void;
  readonly #headBytesMax: number;
  #speaks: 'requests' | 'words' | 'session' | 'garbage';
  readonly #requests: Decoder<Request> = requestDecoder();
  readonly #session: Decoder<SessionMessage> = sessionDecoder();
  /** Has come, and is in no piece yet. */
  #kept: Buffer = nothing;
  /** So many bytes of the message that is under way have gone out already. */
  #goneBytes = 0;

  constructor(answers: boolean, headBytesMax: number, opens: () => void) {
    this.#speaks = answers ? 'words' : 'requests';
    this.#headBytesMax = headBytesMax;
    this.#opens = opens;
  }

  /** From now on the words of a session are spoken. */
  open(): void {
    this.#speaks = 'session';
  }

  hear(bytes: Buffer): Piece[] {
    this.#kept = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes]);
    if (this.#speaks === 'words') return this.#kept.length < replyBytesMax ? [] : this.#words();
    if (this.#speaks === 'garbage') return this.#garbage();
    return this.#read(
      this.#speaks === 'session' ? this.#nextOfSession(bytes) : this.#request(bytes),
    );
  }

  quiet(): Piece[] {
    if (this.#speaks === 'words') return this.#words();
    if (this.#speaks !== 'requests') return [];
    const whole = this.#read(this.#shownRequest(this.#requests.quiet()));
    return whole.length > 0 ? whole : this.#part();
  }

  end(): Piece[] {
    if (this.#speaks === 'words') return this.#words();
    const last =
      this.#speaks === 'session'
        ? this.#shownSession(this.#session.end())
        : this.#shownRequest(this.#requests.end());
    const whole = this.#read(last);
    return this.#kept.length === 0 ? whole : [...whole, ...this.#part()];
  }

  /** That one, and all that are whole behind it. */
  #read(first: Shown | 'fault' | null): Piece[] {
    const pieces: Piece[] = [];
    let shown = first;
    while (shown !== null) {
      if (shown === 'fault') return [...pieces, ...this.#garbage()];
      const before = this.#speaks;
      pieces.push(this.#cut(shown));
      const isOpened = before === 'requests' && this.#speaks === 'session';
      const bytes = isOpened ? this.#requests.rest() : nothing;
      shown = this.#speaks === 'session' ? this.#nextOfSession(bytes) : this.#request(bytes);
    }
    return pieces;
  }

  #cut(shown: Shown): Piece {
    const decoder = this.#speaks === 'session' ? this.#session : this.#requests;
    const at = this.#kept.length - decoder.heldBytes;
    const bytes = this.#kept.subarray(0, at);
    this.#kept = this.#kept.subarray(at);
    this.#goneBytes = 0;
    // What comes behind a `hello` is said in the words of a session.
    if (this.#speaks === 'requests' && shown.verb === 'hello') {
      this.#speaks = 'session';
      this.#opens();
    }
    return { bytes, shown };
  }

  #request(bytes: Buffer): Shown | 'fault' | null {
    return this.#shownRequest(this.#requests.first(bytes));
  }

  #nextOfSession(bytes: Buffer): Shown | 'fault' | null {
    return this.#shownSession(this.#session.first(bytes));
  }

  #shownRequest(decoded: Decoded<Request> | null): Shown | 'fault' | null {
    if (decoded === null || decoded.kind === 'fault') return decoded && 'fault';
    return shownRequest(decoded.message, this.#headBytesMax);
  }

  #shownSession(decoded: Decoded<SessionMessage> | null): Shown | 'fault' | null {
    if (decoded === null || decoded.kind === 'fault') return decoded && 'fault';
    return shownSession(decoded.message, this.#headBytesMax);
  }

  /** Bytes of a message that is not whole yet: nobody is kept waiting for them. */
  #part(): Piece[] {
    if (this.#kept.length === 0) return [];
    const bytes = this.#kept;
    this.#kept = nothing;
    this.#goneBytes += bytes.length;
    return [{ bytes, shown: null }];
  }

  #words(): Piece[] {
    if (this.#kept.length === 0) return [];
    const bytes = this.#kept;
    this.#kept = nothing;
    return [{ bytes, shown: shownReply(bytes, this.#headBytesMax) }];
  }

  /** Whoever breaks the grammar is not understood from there on; what it says may hold anything. */
  #garbage(): Piece[] {
    this.#speaks = 'garbage';
    const bytes = this.#kept;
    this.#kept = nothing;
    const all = bytes.length + this.#goneBytes;
    this.#goneBytes = 0;
    if (all === 0) return [];
    const shown = { verb: 'garbage', fields: {}, head: '(no message of ours)', bytes: all };
    return [{ bytes, shown }];
  }
}
