/**
 * Owns TLS: the files it needs, and how sockets are secured on either end. A port that speaks
 * TLS tells by the first byte whether its peer does, so that the ancestor's, who cannot, may be
 * let in by name. Knows nothing of messages; network.ts does not know that this is TLS.
 */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { UsageError } from './command-line.js';
import type { Hosts } from './hosts.js';
import {
  type Accepting,
  type Connecting,
  type Network,
  networkOver,
  realNetwork,
} from './network.js';

/** What is on disk, in PEM. */
export interface Credentials {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** The paths as the command line has them. */
export interface CredentialFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Reads and checks the files; throws `UsageError`, which names the one that is wrong. */
export function readCredentials({ ca, cert, key }: CredentialFiles): Credentials {
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--tls-cert and --tls-key belong together: give both, or neither.');
  }
  const credentials = {
    ...(ca === undefined ? {} : { ca: readCertificate(ca) }),
    ...(cert === undefined ? {} : { cert: readCertificate(cert) }),
    ...(key === undefined ? {} : { key: readFile(key) }),
  };
  try {
    tls.createSecureContext(credentials);
  } catch (error) {
    throw new UsageError(
      `${key} does not hold the key, in PEM, of the certificate in ${cert} (${(error as Error).message}).`,
    );
  }
  return credentials;
}

/** The same for a client: null where no `--tls-ca` asks for TLS. */
export function readClientCredentials(flags: {
  readonly 'tls-ca'?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
}): Credentials | null {
  const { 'tls-ca': ca, 'tls-cert': cert, 'tls-key': key } = flags;
  if (ca === undefined && (cert ?? key) !== undefined) {
    throw new UsageError('--tls-cert needs --tls-ca: whom should we trust?');
  }
  const credentials = readCredentials({ ca, cert, key });
  return ca === undefined ? null : credentials;
}

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

/** Secures what is accepted. With a `ca`, clients too must show a certificate of its. */
export function acceptingTls(
  credentials: Credentials,
  { mayBePlain, farewell, turnedAway }: Welcoming,
): Accepting {
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
          secure.emit('connection', socket);
        } else if (mayBePlain(socket.remoteAddress ?? '')) {
          serve(socket);
          socket.unshift(first);
        } else {
          turnedAway(socket.remoteAddress ?? '', 'it does not speak TLS');
          socket.end(farewell);
          // Closed with bytes unread, it would be reset, and the words be lost with it.
          socket.once('end', giveUp).setTimeout(handshakeWithinMs, giveUp).resume();
        }
      });
    };
  };
}

/** The network of a process that dials: with TLS where there are credentials. */
export function clientNetwork(credentials: Credentials | null): Network {
  if (credentials === null) return realNetwork;
  return networkOver({ connecting: connectingTls(credentials) });
}

/** Secures what is dialled: only a peer whose certificate the `ca` vouches for is spoken to. */
export function connectingTls(credentials: Credentials): Connecting {
  return {
    socket: (options) => tls.connect({ ...options, ...credentials }),
    openedBy: 'secureConnect',
  };
}

function readCertificate(path: string): Buffer {
  const pem = readFile(path);
  const { validTo } = parseCertificate(path, pem);
  if (Date.parse(validTo) < Date.now()) {
    throw new UsageError(`The certificate in ${path} expired on ${validTo}: make a new one.`);
  }
  return pem;
}

function parseCertificate(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError(`${path} holds no certificate in PEM ("-----BEGIN CERTIFICATE-----").`);
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read ${path} (${code ?? message}): check the --tls- flags.`);
  }
}
