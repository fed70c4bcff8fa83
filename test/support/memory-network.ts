/**
 * Owns a network without sockets, for tests that need thousands of connections a second: the
 * test is the peer, and says what arrives. Nothing of it is asynchronous.
 */

import type {
  Connection,
  ConnectionEvent,
  ConnectionHandler,
  Network,
} from '../../src/world/network.js';

export interface MemoryPeer {
  /** All that it was told. */
  readonly heard: () => string;
  readonly isClosed: () => boolean;
  says(bytes: Uint8Array | string): void;
  /** Sends no more, and then is gone. */
  leaves(): void;
}

export interface MemoryNetwork {
  readonly network: Network;
  connect(): MemoryPeer;
}

export function memoryNetwork(): MemoryNetwork {
  let accept: (connection: Connection) => ConnectionHandler = () => () => {};
  const network: Network = {
    listen: async (address, handler) => {
      accept = handler;
      return { address, close: () => {} };
    },
    // Nobody listens anywhere else: classic runners that registered are not reached.
    connect: (_, handle) => {
      queueMicrotask(() => handle({ kind: 'closed', reason: 'refused the connection' }));
      return silentConnection;
    },
  };
  return { network, connect: () => connect(accept) };
}

function connect(accept: (connection: Connection) => ConnectionHandler): MemoryPeer {
  let heard = '';
  let isClosed = false;
  let handle: ConnectionHandler = () => {};
  const give = (event: ConnectionEvent) => {
    if (!isClosed) handle(event);
  };
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    // As with sockets: never while the one who closes is still at work.
    queueMicrotask(() => handle({ kind: 'closed', reason: 'closed its connection' }));
  };
  const connection: Connection = {
    ...silentConnection,
    write: (bytes) => {
      heard += Buffer.from(bytes as Uint8Array).toString('latin1');
      return true;
    },
    destroySoon: close,
    destroy: close,
  };
  handle = accept(connection);
  return {
    heard: () => heard,
    isClosed: () => isClosed,
    says: (bytes) => give({ kind: 'bytes', bytes: Buffer.from(bytes as Uint8Array) }),
    leaves: () => {
      give({ kind: 'ended' });
      close();
    },
  };
}

/** A connection that takes everything and says nothing. */
export const silentConnection: Connection = {
  remoteHost: '127.0.0.1',
  unsentBytes: 0,
  write: () => true,
  end: () => {},
  destroySoon: () => {},
  destroy: () => {},
  pause: () => {},
  resume: () => {},
};
