/**
 * Owns a stream of server-sent events on the raw response: how it begins, breathes and ends. Who takes
 * nothing at all for a while is closed; it comes again.
 * Never knows what is sent over it.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../world/clock.js';

/** A comment now and then shows to both ends, and to what lies between, that the other lives. */
const breathEveryMs = 15_000;

/** A tab that is frozen reads nothing: it comes again when it wakes. */
const unreadAfterMs = 60_000;

const breath = ': \n\n';

/** How soon a browser comes again. */
const opening = 'retry: 1000\n\n';

/** Their connections end with the stream: what is asked behind it is never answered. */
const streaming = new WeakSet<Socket>();

/** The two ends of a request, as node has them. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What is sent over a stream. */
export interface Source {
  /** There is room again. */
  readonly drained: () => void;
  /** Nobody reads any more. */
  readonly gone: () => void;
}

/** `begin`: given how to write, which answers false where there is no room. */
export function openStream(
  clock: Clock,
  { request, response }: Exchange,
  begin: (write: (bytes: Uint8Array | string) => boolean) => Source,
): void {
  const { socket } = request;
  if (socket.destroyed || streaming.has(socket)) return;
  // Its end is the connection's: without chunks a write is one piece, and a fifth cheaper for each viewer.
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, {
    Connection: 'close',
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  // Whoever asks for the head alone would be followed by a stream that it never reads.
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  streaming.add(socket);
  response.write(opening);
  let cancelUnread = () => {};
  const source = begin((bytes) => {
    const hasRoom = response.write(bytes);
    if (!hasRoom) {
      cancelUnread();
      cancelUnread = clock.after(unreadAfterMs, () => socket.destroy());
    }
    return hasRoom;
  });
  response.on('drain', () => {
    cancelUnread();
    source.drained();
  });
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write(breath);
  }, breathEveryMs).unref();
  response.on('close', () => {
    clearInterval(timer);
    cancelUnread();
    source.gone();
  });
}
