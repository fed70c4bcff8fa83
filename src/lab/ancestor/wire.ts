/**
 * Owns the ancestor's wire, as docs/ancestor.md has it: one connection a message, no terminator, one
 * read for the reply. Written anew from those facts for stand-ins, which our own processes serve.
 * Never sets a deadline: neither did the ancestor (A33).
 */

import { once } from 'node:events';
import * as net from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What one read takes at most; whoever sends more, or less, is misunderstood (A5, A14). */
export const recvBytes = 1_024;

/** Sends the whole message in one piece and answers what one read brings; rejects as sockets do. */
export async function say(to: Address, message: string | Buffer): Promise<string> {
  const socket = net.connect(to);
  try {
    await once(socket, 'connect');
    socket.write(message);
    return (await recv(socket, recvBytes)).toString('latin1');
  } finally {
    socket.destroy();
  }
}

/** The next bytes that come, as many as there are; none at the end. */
export async function recv(socket: net.Socket, bytesMax: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read();
    if (bytes !== null) {
      if (bytes.length > bytesMax) socket.unshift(bytes.subarray(bytesMax));
      return bytes.subarray(0, bytesMax);
    }
    if (socket.readableEnded || socket.destroyed) return Buffer.alloc(0);
    await stirred(socket);
  }
}

type Handle = (received: Buffer, socket: net.Socket) => Promise<void>;

/** Serves each connection on its own, from its first read on, and closes it; answers the port. */
export async function serve(port: number, handle: Handle): Promise<number> {
  const server = net.createServer((socket) => {
    // Whoever is gone is gone: what was to be said to him is lost.
    socket.on('error', () => {});
    void answer(socket, handle);
  });
  // IPv4 only (A15).
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : port;
}

async function answer(socket: net.Socket, handle: Handle): Promise<void> {
  try {
    await handle(await recv(socket, recvBytes), socket);
  } catch {
    // It was reset before it had said anything.
  }
  socket.end();
}

/** `verb:first:second`, without white space around it. */
export function parts(received: Buffer): string[] {
  return received.toString('latin1').trim().split(':');
}

/** Where a runner is, as it was registered; throws where that is no port. */
export function dialled({ host, port: text }: { host: string; port: string }): Address {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new RangeError(`"${text}" is no port`);
  return { host, port };
}

export function after(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** There may be something to read, or nothing any more. */
function stirred(socket: net.Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const heard = (error?: Error) => {
      for (const event of ['readable', 'end', 'close', 'error']) socket.off(event, heard);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, heard);
  });
}
