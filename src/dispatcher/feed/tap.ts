/**
 * Owns how a message that crosses the wire is shown to those who tap it. Nobody taps: it costs a look
 * at a flag. Secrets never get in: a field of that kind is left out, a `hello` comes without its token,
 * and of what steps name by from_secret there are names only.
 */

import { encodeRequest, encodeSession } from '../../protocol/encoder.js';
import type { Request, SessionMessage } from '../../protocol/messages.js';
import type { Row } from '../../protocol/row.js';
import { requests, session } from '../../protocol/verbs.js';
import type { Clock } from '../../world/clock.js';
import { harmless } from '../../world/story.js';
import type { Feed } from './feed.js';
import type { Tapped } from './publication.js';

/** So much of a message is shown: what a person looks at. */
const headBytesMax = 300;

/** What is shown for a value. */
const hidden = '…';

type Direction = Tapped['direction'];

/** How often each verb crossed the wire. */
export type Counted = Readonly<Record<Direction, ReadonlyMap<string, number>>>;

/** One end of a connection, and who is at the other. */
export interface Line {
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
  session(line: Line, direction: Direction, message: SessionMessage): void {
    this.#count(direction, message.verb);
    if (!this.#feed.isTapped) return;
    const fields = fieldsOf(session[message.verb], message);
    this.#publish(line, direction, message.verb, fields, withoutValues(message));
  }

  /** What a connection was opened for. */
  request(line: Line, direction: Direction, request: Request): void {
    this.#count(direction, request.verb);
    if (!this.#feed.isTapped) return;
    const fields = fieldsOf(requests[request.verb], request);
    this.#publish(line, direction, request.verb, fields, withoutSecrets(request));
  }

  /** The one answer to a request: words rather than a message. */
  reply(line: Line, direction: Direction, words: string | Uint8Array): void {
    this.#count(direction, 'reply');
    if (this.#feed.isTapped) this.#publish(line, direction, 'reply', {}, Buffer.from(words));
  }

  #count(direction: Direction, verb: string): void {
    const counts = this.#counts[direction];
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
  }

  #publish(
    line: Line,
    direction: Direction,
    verb: string,
    fields: Tapped['fields'],
    whole: Buffer,
  ): void {
    const head = harmless(whole.subarray(0, headBytesMax).toString('utf8').trimEnd());
    const bytes = whole.length;
    const atMs = this.#clock.nowMs();
    this.#feed.publish([{ kind: 'message', atMs, ...line, direction, verb, fields, head, bytes }]);
  }
}

function withoutSecrets(request: Request): Buffer {
  switch (request.verb) {
    case 'token':
      return Buffer.from('token:…');
    case 'hello':
      return encodeRequest({ ...request, body: { ...request.body, token: undefined } });
    case 'secret':
      if (request.body.action !== 'set') return encodeRequest(request);
      return encodeRequest({ ...request, body: { ...request.body, value: hidden } });
    default:
      return encodeRequest(request);
  }
}

function withoutValues(message: SessionMessage): Buffer {
  if (message.verb !== 'runtest' || message.body.secrets === undefined)
    return encodeSession(message);
  const names = Object.keys(message.body.secrets);
  const secrets = Object.fromEntries(names.map((name) => [name, hidden]));
  return encodeSession({ ...message, body: { ...message.body, secrets } });
}

function fieldsOf(row: Row, message: object): Tapped['fields'] {
  const values = message as Readonly<Record<string, string | number | null>>;
  const shown = Object.entries(row.fields).filter(([, kind]) => kind !== 'secret');
  return Object.fromEntries(shown.map(([name]) => [name, values[name] ?? null]));
}
