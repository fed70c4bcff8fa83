/**
 * Owns sockets: node's emitters become one typed event union here and cross no further.
 * Knows nothing of messages. A simulated world brings another `Network`.
 */

import * as net from 'node:net';
import type { Address } from '../protocol/address.js';
import { adopt, telling } from './adopted.js';
import { descriptorsMax } from './descriptors.js';
import type { Browse } from './http-first.js';

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
 * nothing of what was written for `unreadAfterMs` is closed. With `browse`, one that speaks HTTP is
 * given away: to whoever accepted it, it has closed.
 */
export function networkOver({
  connecting = plain.connecting,
  accepting = plain.accepting,
  unreadAfterMs = unreadAfterMsDefault,
  browse,
}: {
  readonly connecting?: Connecting;
  readonly accepting?: Accepting;
  readonly unreadAfterMs?: number;
  readonly browse?: Browse;
}): Network {
  const serving = (accept: (connection: Connection) => ConnectionHandler) => {
    return (socket: net.Socket) => {
      let handle: ConnectionHandler = () => {};
      const hear: ConnectionHandler = (event) => handle(event);
      const adopted = adopt(socket, unreadAfterMs, hear, { isClear: browse === undefined });
      const accepted = accept(adopted.connection);
      handle = browse === undefined ? accepted : telling(adopted, accepted, browse);
    };
  };
  return {
    listen: (address, accept) => listenOnAll(address, accepting(serving(accept))),
    connect: ({ host, port }, handle) => {
      const socket = connecting.socket({ host, port, noDelay: true, allowHalfOpen: true });
      socket.once(connecting.openedBy, () => handle({ kind: 'opened' }));
      return adopt(socket, unreadAfterMs, handle).connection;
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
