/**
 * Owns the way from messages to bytes; the mirror of the decoder, from the same tables.
 * Never adds a newline to a request: classic peers compare whole strings.
 */

import { countCharacters } from './characters.js';
import type { Request, SessionMessage } from './messages.js';
import type { Row } from './row.js';
import { requests, session } from './verbs.js';

/** A request as a classic peer would send it, with no newline behind. */
export function encodeRequest(request: Request): Buffer {
  return Buffer.concat(parts(requests[request.verb], request));
}

/** A message of a session. */
export function encodeSession(message: SessionMessage): Buffer {
  return Buffer.concat([...parts(session[message.verb], message), newline]);
}

const newline = Buffer.from('\n');

function parts(row: Row, message: { verb: string; body?: unknown }): Uint8Array[] {
  // Which fields a message has, its row says; the types of the two meet in messages.ts.
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const all = Object.keys(row.fields).map((name) => values[name]);
  const said = all.slice(0, all.findLastIndex((value) => value !== null) + 1);
  const header = [message.verb, ...said.map((value) => String(value ?? ''))].join(':');
  if (row.body.kind === 'none') return [Buffer.from(header)];
  const body =
    row.body.kind === 'json'
      ? Buffer.from(JSON.stringify(message.body))
      : (message.body as Uint8Array);
  const length = row.body.kind === 'characters' ? countCharacters(body) : body.byteLength;
  return [Buffer.from(`${header}:${length}:`), body];
}
