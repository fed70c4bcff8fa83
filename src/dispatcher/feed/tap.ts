/**
 * Owns which messages that cross the wire are told to those who tap it; how one is shown is the protocol's
 * (shown.ts). Nobody taps: it costs a look at a flag.
 */

import type { Request, SessionMessage } from '../../protocol/messages.js';
import { type Shown, shownReply, shownRequest, shownSession } from '../../protocol/shown.js';
import { headBytesMax } from '../../record/record.js';
import type { Clock } from '../../world/clock.js';
import type { Feed } from './feed.js';
import type { Tapped } from './publication.js';

type Direction = Tapped['direction'];

/** How often each verb crossed the wire. */
export type Counted = Readonly<Record<Direction, ReadonlyMap<string, number>>>;

/** One end of a connection, and who is at the other. */
export interface TappedConnection {
  readonly connection: string;
  readonly peer: string;
}

export class Tap {
  readonly #feed: Feed;
  readonly #clock: Clock;
  readonly #counts = { in: new Map<string, number>(), out: new Map<string, number>() };

  constructor(feed: Feed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  /** Whether anybody taps or not. */
  get counted(): Counted {
    return this.#counts;
  }

  /** A message of a session. */
  session(tapped: TappedConnection, direction: Direction, message: SessionMessage): void {
    this.#count(direction, message.verb);
    if (this.#feed.isTapped) this.#publish(tapped, direction, shownSession(message, headBytesMax));
  }

  /** What a connection was opened for. */
  request(tapped: TappedConnection, direction: Direction, request: Request): void {
    this.#count(direction, request.verb);
    if (!this.#feed.isTapped) return;
    const named = { ...tapped, peer: nameIn(request) ?? tapped.peer };
    this.#publish(named, direction, shownRequest(request, headBytesMax));
  }

  /** The one answer to a request: words rather than a message. */
  reply(tapped: TappedConnection, direction: Direction, words: string | Uint8Array): void {
    this.#count(direction, 'reply');
    if (this.#feed.isTapped) this.#publish(tapped, direction, shownReply(words, headBytesMax));
  }

  #count(direction: Direction, verb: string): void {
    const counts = this.#counts[direction];
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
  }

  #publish(tapped: TappedConnection, direction: Direction, shown: Shown): void {
    const atMs = this.#clock.nowMs();
    this.#feed.publish([{ kind: 'message', atMs, ...tapped, direction, ...shown }]);
  }
}

/** Whoever introduces itself has a name from there on; one that only watches is a visitor like others. */
function nameIn(request: Request): string | null {
  return request.verb === 'hello' && request.body.role !== 'spectator' ? request.body.name : null;
}
