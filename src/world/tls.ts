/**
 * Owns TLS: how sockets are secured on either end, with what credentials.ts has read. A port that speaks
 * TLS tells by the first byte whether its peer does, so that classic peers, who cannot, may be
 * let in by name. Knows nothing of messages; network.ts does not know that this is TLS.
 */

import * as tls from 'node:tls';
import type { Credentials } from './credentials.js';
import type { Hosts } from './hosts.js';
import { httpsWanted, isHttp } from './http-first.js';
import {
  type Accepting,
  type Connecting,
  type Network,
  networkOver,
  realNetwork,
} from './network.js';

/** `reason`: OpenSSL's words. */
type TlsError = NodeJS.ErrnoException & { readonly reason?: string };

/** How long a peer may take to begin and to finish its handshake. */
const handshakeWithinMs = 5_000;

/** The first byte of every TLS connection: a handshake record. No verb of ours begins so. */
const handshakeByte = 0x16;

export interface Welcoming {
  /** Hosts that need not speak TLS. */
  readonly mayBePlain: Hosts;
  /** What a peer of another host is told that does not. */
  readonly farewell: Uint8Array;
  /** Somebody did not get in. */
  readonly turnedAway: (host: string, why: string) => void;
}

/**
 * Secures what is accepted, each connection with the credentials as they are then. With a `ca`,
 * clients too must show a certificate of its.
 */
export function acceptingTls(
  current: () => Credentials,
  { mayBePlain, farewell, turnedAway }: Welcoming,
): Accepting {
  let credentials = current();
  const demanding = credentials.ca !== undefined;
  return (serve) => {
    const secure = tls.createServer(
      {
        ...credentials,
        requestCert: demanding,
        rejectUnauthorized: demanding,
        handshakeTimeout: handshakeWithinMs,
      },
      serve,
    );
    secure.on('tlsClientError', (error: TlsError, socket) => {
      const why = error.reason ?? error.code ?? error.message;
      turnedAway(socket.remoteAddress ?? '', `its TLS handshake failed (${why})`);
      socket.destroy();
    });
    return (socket) => {
      const giveUp = () => socket.destroy();
      socket.setTimeout(handshakeWithinMs, giveUp);
      socket.on('error', giveUp);
      socket.once('end', giveUp);
      socket.once('data', (first: Buffer) => {
        socket.setTimeout(0);
        socket.off('timeout', giveUp);
        socket.off('end', giveUp);
        if (first[0] === handshakeByte) {
          // TLS takes over the descriptor, and with it what was read already but for this pause.
          socket.pause();
          socket.unshift(first);
          if (credentials !== current()) {
            credentials = current();
            secure.setSecureContext(credentials);
          }
          secure.emit('connection', socket);
        } else if (mayBePlain(socket.remoteAddress ?? '')) {
          serve(socket);
          socket.unshift(first);
        } else {
          turnedAway(socket.remoteAddress ?? '', 'it does not speak TLS');
          socket.end(isHttp(first) === true ? httpsWanted : farewell);
          // Closed with bytes unread, it would be reset, and the words be lost with it.
          socket.once('end', giveUp).setTimeout(handshakeWithinMs, giveUp).resume();
        }
      });
    };
  };
}

/** The network of a process that dials: with TLS where there are credentials. */
export function clientNetwork(current: (() => Credentials) | null): Network {
  if (current === null) return realNetwork;
  return networkOver({ connecting: connectingTls(current) });
}

/** Secures what is dialled: only a peer whose certificate the `ca` vouches for is spoken to. */
export function connectingTls(current: () => Credentials): Connecting {
  return {
    socket: (options) => tls.connect({ ...options, ...current() }),
    openedBy: 'secureConnect',
  };
}
