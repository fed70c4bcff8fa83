/**
 * Owns how a message is shown to those who watch the wire: its verb, its fields, its beginning as text.
 * Pure. Secrets never get in: a field of that kind is left out, a `hello` comes without its token,
 * and of what steps name by from_secret there are names only.
 */

import { controls } from './characters.js';
import { encodeRequest, encodeSession } from './encoder.js';
import type { Request, SessionMessage } from './messages.js';
import type { Row } from './row.js';
import { requests, session } from './verbs.js';

export interface Shown {
  readonly verb: string;
  readonly fields: Readonly<Record<string, string | number | null>>;
  /** The beginning of it as it was sent, made harmless. */
  readonly head: string;
  /** The whole of it, its newline included. */
  readonly bytes: number;
}

/** What is shown for a value. */
const hidden = '…';

/** `headBytesMax`: how much of it is shown. */
export function shownSession(message: SessionMessage, headBytesMax: number): Shown {
  const { verb } = message;
  const fields = fieldsOf(session[verb], message);
  return { verb, fields, ...beginning(withoutValues(message), headBytesMax) };
}

export function shownRequest(request: Request, headBytesMax: number): Shown {
  const { verb } = request;
  const fields = fieldsOf(requests[verb], request);
  return { verb, fields, ...beginning(withoutSecrets(request), headBytesMax) };
}

/** The one answer to a request: words rather than a message. */
export function shownReply(words: string | Uint8Array, headBytesMax: number): Shown {
  return { verb: 'reply', fields: {}, ...beginning(Buffer.from(words), headBytesMax) };
}

function beginning(whole: Buffer, headBytesMax: number): Pick<Shown, 'head' | 'bytes'> {
  const text = whole.toString('utf8', 0, wholeCharacters(whole, headBytesMax));
  return { head: text.trimEnd().replace(controls, '?'), bytes: whole.length };
}

/** Where to cut, so that no character is halved. */
function wholeCharacters(utf8: Buffer, bytesMax: number): number {
  let end = bytesMax;
  const continues = (byte = 0) => (byte & 0xc0) === 0x80;
  while (end > 0 && continues(utf8[end])) end -= 1;
  return end;
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

function fieldsOf(row: Row, message: object): Shown['fields'] {
  const values = message as Readonly<Record<string, string | number | null>>;
  const shown = Object.entries(row.fields).filter(([, kind]) => kind !== 'secret');
  return Object.fromEntries(shown.map(([name]) => [name, values[name] ?? null]));
}
