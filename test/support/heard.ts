/**
 * Owns what a test hears of a decoder: a message with its body as text, or what the peer is told.
 */

import { type Decoded, requestDecoder } from '../../src/protocol/decoder.js';

/** What a peer says, piece by piece; then it falls silent or closes its half. */
export function said(then: 'quiet' | 'end', ...all: (string | Buffer)[]): unknown {
  const decoder = requestDecoder();
  for (const piece of all) {
    const decoded = decoder.first(Buffer.from(piece));
    if (decoded !== null) return shown(decoded);
  }
  const last = then === 'quiet' ? decoder.quiet() : decoder.end();
  return last === null ? 'waits for more' : shown(last);
}

/** A message with its body as text; of a fault, what the peer is told. */
export function shown(decoded: Decoded<unknown>): unknown {
  if (decoded.kind === 'fault') return decoded.fault.says.trim();
  const message = decoded.message as { body?: unknown };
  return Buffer.isBuffer(message.body)
    ? { ...message, body: message.body.toString('utf8') }
    : message;
}
