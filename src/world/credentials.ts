/**
 * Owns the files that TLS needs: read, checked, and read anew when they are replaced, so that a
 * certificate can be renewed while sessions go on. Never secures anything; tls.ts does.
 */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { UsageError } from './exit.js';
import { seenAt } from './files.js';
import type { Tell } from './story.js';

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

/** A client's: null where no `--tls-ca` asks for TLS. Throws `UsageError`. */
export function clientCredentials(flags: {
  readonly 'tls-ca'?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
}): Renewing | null {
  const { 'tls-ca': ca, 'tls-cert': cert, 'tls-key': key } = flags;
  if (ca === undefined && (cert ?? key) !== undefined) {
    throw new UsageError('--tls-cert needs --tls-ca: whom should we trust?');
  }
  const credentials = new Renewing({ ca, cert, key });
  return ca === undefined ? null : credentials;
}

/**
 * Credentials that follow their files: where one of them was replaced, as each renewal of a
 * certificate does, all are read anew. What cannot be used is not taken, and said.
 */
export class Renewing {
  readonly #files: CredentialFiles;
  #current: Credentials;
  #seen: string;
  #tell: Tell = () => {};

  /** Throws `UsageError`, which names the file that is wrong. */
  constructor(files: CredentialFiles) {
    this.#files = files;
    this.#seen = identityOf(files);
    this.#current = readCredentials(files);
  }

  /** As they are now. The same object as before where nothing has changed. */
  readonly current = (): Credentials => {
    const now = identityOf(this.#files);
    if (now !== this.#seen) this.#renew(now);
    return this.#current;
  };

  /** Says from now on what is renewed, and at once what this machine's clock finds odd. */
  tellBy(tell: Tell): void {
    this.#tell = tell;
    this.#tellOfTimes();
  }

  #renew(now: string): void {
    this.#seen = now;
    try {
      assertFiles(this.#files);
      this.#current = readCredentials(this.#files);
      this.#tell({ event: 'credentials-renewed', msg: `read anew: ${named(this.#files)}` });
      this.#tellOfTimes();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const msg = `the former certificates stay in use: ${error.message}`;
      this.#tell({ event: 'credentials-not-renewed', level: 'error', msg });
    }
  }

  /** A warning only: the clock may be wrong, and be set right while we wait. */
  #tellOfTimes(): void {
    for (const path of [this.#files.ca, this.#files.cert]) {
      const odd = path === undefined ? null : oddTimeOf(path);
      if (odd === null) continue;
      const msg = `the certificate in ${path} ${odd}; this machine's clock says ${new Date().toISOString()}: make a new one, or set the clock`;
      this.#tell({ event: 'certificate-time', level: 'warn', path, msg });
    }
  }
}

function named({ ca, cert, key }: CredentialFiles): string {
  return [ca, cert, key].filter((path) => path !== undefined).join(', ');
}

/**
 * Another one whenever a file is written, or replaced, or its link leads elsewhere, or it cannot be
 * reached any more.
 */
function identityOf({ ca, cert, key }: CredentialFiles): string {
  const identities = [ca, cert, key].map((path) => {
    const found = path === undefined ? null : seenAt(path);
    return found === null ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
  });
  return identities.join(', ');
}

/** At the start it may be a pipe that somebody fills; later that would be waited for without end. */
function assertFiles({ ca, cert, key }: CredentialFiles): void {
  for (const path of [ca, cert, key]) {
    if (path === undefined || (seenAt(path)?.isFile() ?? true)) continue;
    throw new UsageError(`${path} is not a file.`);
  }
}

function oddTimeOf(path: string): string | null {
  const { validFrom, validTo } = parseCertificate(path, readFile(path));
  if (Date.parse(validTo) < Date.now()) return `expired on ${validTo}`;
  return Date.parse(validFrom) > Date.now() ? `is not valid before ${validFrom}` : null;
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

function readCertificate(path: string): Buffer {
  const pem = readFile(path);
  parseCertificate(path, pem);
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
