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

/** One end of a connection, and who is at the other. */
export interface Line {
  readonly connection: string;
  readonly peer: string;
}

export class Tap {
  readonly #feed: Feed;
  readonly #clock: Clock;

  constructor(feed: Feed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  /** A message of a session. */
  session(line: Line, direction: Tapped['direction'], message: SessionMessage): void {
    if (!this.#feed.isTapped) return;
    const fields = fieldsOf(session[message.verb], message);
    this.#publish(line, direction, message.verb, fields, withoutValues(message));
  }

  /** What a connection was opened for. */
  request(line: Line, direction: Tapped['direction'], request: Request): void {
    if (!this.#feed.isTapped) return;
    const fields = fieldsOf(requests[request.verb], request);
    this.#publish(line, direction, request.verb, fields, withoutSecrets(request));
  }

  /** The one answer to a request: words rather than a message. */
  reply(line: Line, direction: Tapped['direction'], words: string | Uint8Array): void {
    if (this.#feed.isTapped) this.#publish(line, direction, 'reply', {}, Buffer.from(words));
  }

  #publish(
    line: Line,
    direction: Tapped['direction'],
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
