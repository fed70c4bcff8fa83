/**
 * Owns sockets: node's emitters become one typed event union here and cross no further.
 * Knows nothing of messages. A simulated world brings another `Network`.
 */

import * as net from 'node:net';
import type { Address } from '../protocol/address.js';
import { descriptorsMax } from './descriptors.js';
import { whyItFailed } from './failures.js';
import { passed } from './garbage.js';

/** What happens to a connection. `closed` comes exactly once and last. */
export type ConnectionEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** The peer will send no more, but may still read. */
  | { readonly kind: 'ended' }
  /** What was written has been handed to the system: there is room again. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'closed'; readonly reason: string };

export type ConnectionHandler = (event: ConnectionEvent) => void;

export interface Connection {
  /** The peer's host as the system names it; empty before `opened`. */
  readonly remoteHost: string;
  /** Bytes written that the system has not taken yet. */
  readonly unsentBytes: number;
  /** False where there is no room: wait for `drained` before writing more. */
  write(bytes: Uint8Array | string): boolean;
  /** No more will be written; closes once the peer has ended too. */
  end(): void;
  /** Closes once what was written has been sent, or the peer has taken nothing for long. */
  destroySoon(): void;
  /** Closes at once. */
  destroy(): void;
  /** Nothing is read until as many `resume`s as `pause`s: several may have a reason to wait. */
  pause(): void;
  resume(): void;
}

export interface Listener {
  readonly address: Address;
  close(): void;
}

export interface Network {
  /** Rejects with node's own error (`EADDRINUSE`, `EACCES`, `ENOTFOUND`…). */
  listen(
    address: Address,
    accept: (connection: Connection) => ConnectionHandler,
  ): Promise<Listener>;
  /** Never throws: a connection that could not be made is one that `closed`. */
  connect(address: Address, handle: ConnectionHandler): Connection;
}

/** Half-open sockets to peers that lost power are found by the heartbeat; this finds the rest. */
const keepAliveAfterMs = 30_000;

/**
 * Once its peer has ended, node no longer listens to what the system knows of a socket, a reset
 * among it: an empty write, which sends nothing, asks.
 */
const probeEveryMs = 5_000;

/** A person may look at a page of a log for a while; nobody looks at it for ever. */
const unreadAfterMsDefault = 600_000;

/**
 * Of the descriptors that we may have, so many may be connections, handshakes under way among
 * them. Beyond that they are closed as they come, while there are still some left for files.
 */
const descriptorsShare = 7 / 8;

/** What the kernel queues for `accept`; the system's own limit (4,096 on Linux) cuts it further. */
const backlog = 4_096;

/** How an outgoing socket is made, and which event says that it can be used. */
export interface Connecting {
  readonly socket: (options: net.TcpNetConnectOpts) => net.Socket;
  readonly openedBy: 'connect' | 'secureConnect';
}

/** What an accepted socket goes through before it is served; where it fails, it is closed. */
export type Accepting = (serve: (socket: net.Socket) => void) => (socket: net.Socket) => void;

const plain = {
  connecting: { socket: (options): net.Socket => net.connect(options), openedBy: 'connect' },
  accepting: (serve) => serve,
} as const satisfies { connecting: Connecting; accepting: Accepting };

/**
 * The system's sockets, bare unless it is said how they are to be secured. A peer that takes
 * nothing of what was written for `unreadAfterMs` is closed.
 */
export function networkOver({
  connecting = plain.connecting,
  accepting = plain.accepting,
  unreadAfterMs = unreadAfterMsDefault,
}: {
  readonly connecting?: Connecting;
  readonly accepting?: Accepting;
  readonly unreadAfterMs?: number;
}): Network {
  const serving = (accept: (connection: Connection) => ConnectionHandler) => {
    return (socket: net.Socket) => {
      let handle: ConnectionHandler = () => {};
      const connection = adopt(socket, unreadAfterMs, (event) => handle(event));
      handle = accept(connection);
    };
  };
  return {
    listen: (address, accept) => listenOnAll(address, accepting(serving(accept))),
    connect: ({ host, port }, handle) => {
      const socket = connecting.socket({ host, port, noDelay: true, allowHalfOpen: true });
      socket.once(connecting.openedBy, () => handle({ kind: 'opened' }));
      return adopt(socket, unreadAfterMs, handle);
    },
  };
}

export const realNetwork: Network = networkOver({});

async function listenOnAll(
  address: Address,
  accept: (socket: net.Socket) => void,
): Promise<Listener> {
  const first = await listenOn(address, accept);
  // `localhost` is two addresses; a peer may try either one, so both are listened on.
  const others = address.host === 'localhost' ? ['127.0.0.1', '::1'] : [];
  const servers = [first];
  const bound = first.address() as net.AddressInfo;
  for (const host of others.filter((other) => other !== bound.address)) {
    // No IPv6 (or no IPv4) here is no fault: the first address serves alone.
    const second = await listenOn({ host, port: bound.port }, accept).catch(() => null);
    if (second !== null) servers.push(second);
  }
  return {
    address: { host: address.host, port: bound.port },
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

function listenOn(
  { host, port }: Address,
  accept: (socket: net.Socket) => void,
): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.maxConnections = Math.floor(descriptorsMax() * descriptorsShare);
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      // Without a descriptor left the system closes what it cannot accept; the port stays open.
      server.on('error', () => {});
      resolve(server);
    });
  });
}

function adopt(socket: net.Socket, unreadAfterMs: number, handle: ConnectionHandler): Connection {
  let reason = 'closed its connection';
  let pauses = 0;
  socket.setKeepAlive(true, keepAliveAfterMs);
  socket.on('data', (bytes: Buffer) => {
    passed(bytes.length);
    handle({ kind: 'bytes', bytes });
  });
  let probe: NodeJS.Timeout | undefined;
  socket.on('end', () => {
    handle({ kind: 'ended' });
    probe = setInterval(() => socket.writable && socket.write(''), probeEveryMs).unref();
  });
  socket.on('drain', () => {
    socket.setTimeout(0);
    handle({ kind: 'drained' });
  });
  socket.on('timeout', () => {
    reason = 'took nothing of what it was sent';
    socket.destroy();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reason = whyItFailed(error);
  });
  socket.on('close', () => {
    clearInterval(probe);
    handle({ kind: 'closed', reason });
  });
  const remoteHost = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return {
    remoteHost,
    get unsentBytes() {
      return socket.writableLength;
    },
    write: (bytes) => {
      if (socket.destroyed || !socket.writable) return false;
      passed(bytes.length);
      const hasRoom = socket.write(bytes);
      if (!hasRoom) socket.setTimeout(unreadAfterMs);
      return hasRoom;
    },
    end: () => {
      socket.end();
    },
    destroySoon: () => {
      socket.destroySoon();
      socket.setTimeout(unreadAfterMs);
    },
    destroy: () => {
      socket.destroy();
    },
    pause: () => {
      pauses += 1;
      socket.pause();
    },
    resume: () => {
      pauses -= 1;
      if (pauses === 0) socket.resume();
    },
  };
}
