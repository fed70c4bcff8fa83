/**
 * Owns dispatchers that stand in for the real one, as an observer sees them: a modern one that
 * speaks sessions, and a classic one in both dialects, written from its description.
 * Each listens on a free port, remembers what it heard, and is gone after the test.
 */

import * as net from 'node:net';
import { onTestFinished } from 'vitest';
import type { Hello } from '../../src/protocol/bodies.js';
import { requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeSession } from '../../src/protocol/encoder.js';
import type { SessionMessage } from '../../src/protocol/messages.js';

export interface StandIn {
  readonly address: string;
  readonly port: number;
  /** Commits in the order in which they came, repetitions included. */
  readonly dispatched: string[];
  /** Closes all connections and the port; the same port may be listened on again. */
  stop(): Promise<void>;
}

export interface ModernStandIn extends StandIn {
  readonly hellos: Hello[];
  readonly messages: SessionMessage[];
  /** Says that to every connected peer. */
  say(message: SessionMessage): void;
}

type Dispatch = Extract<SessionMessage, { verb: 'dispatch' }>;

/** A dispatcher of our time. `accepts` says whether it answers a dispatch: by default, yes. */
export async function standInDispatcher({
  port = 0,
  accepts = (_: Dispatch): boolean => true,
}: {
  readonly port?: number;
  readonly accepts?: (dispatch: Dispatch) => boolean;
} = {}): Promise<ModernStandIn> {
  const hellos: Hello[] = [];
  const messages: SessionMessage[] = [];
  const dispatched: string[] = [];
  const sessions = new Set<net.Socket>();

  const listening = await listen(port, (socket) => {
    const first = requestDecoder();
    const session = sessionDecoder();
    const hear = (bytes: Buffer) => {
      for (const decoded of session.push(bytes)) {
        if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
        const { message } = decoded;
        messages.push(message);
        if (message.verb !== 'dispatch') continue;
        dispatched.push(message.commit);
        if (accepts(message)) {
          socket.write(encodeSession({ verb: 'accepted', commit: message.commit }));
        }
      }
    };
    socket.on('data', (bytes) => {
      if (sessions.has(socket)) return hear(bytes);
      const decoded = first.first(bytes);
      if (decoded?.kind !== 'message' || decoded.message.verb !== 'hello') return;
      hellos.push(decoded.message.body);
      sessions.add(socket);
      const body = { session: 's1', heartbeatEveryMs: 60_000 };
      socket.write(encodeSession({ verb: 'welcome', body }));
      hear(first.rest());
    });
    socket.on('close', () => sessions.delete(socket));
  });

  return {
    ...listening,
    hellos,
    messages,
    dispatched,
    say: (message) => {
      for (const socket of sessions) socket.write(encodeSession(message));
    },
  };
}

/** The classic one: one connection a message, one `recv(1024)`, a word in reply, closed. */
export async function classicDispatcher(
  ok: 'OK' | 'ok',
  { port = 0, runners = () => true }: { port?: number; runners?: () => boolean } = {},
): Promise<StandIn> {
  const dispatched: string[] = [];
  const listening = await listen(port, (socket) => {
    socket.once('data', (bytes) => {
      const [, command = '', rest = ''] =
        /^(\w+)(?::([\s\S]*))?/.exec(bytes.subarray(0, 1_024).toString('latin1').trim()) ?? [];
      const reply = () => {
        if (command === 'status') return ok;
        if (command !== 'dispatch') return 'Invalid command';
        if (!runners()) return 'No runners are registered';
        dispatched.push(rest.trim());
        return ok;
      };
      socket.end(reply());
    });
  });
  return { ...listening, dispatched };
}

async function listen(port: number, accept: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    accept(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(stop);
  const bound = (server.address() as net.AddressInfo).port;
  return { address: `127.0.0.1:${bound}`, port: bound, stop };
}
