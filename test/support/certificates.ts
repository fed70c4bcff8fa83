/**
 * Owns certificates for tests, made by openssl on the spot: an authority, one that it signed for
 * this machine, one for a client, and a stranger's. Gone after the test.
 */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from './git.js';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Paths of PEM files. */
export function makeCertificates(folder = temporaryFolder()) {
  const ca = make(folder, 'ca', ['-addext', 'basicConstraints=critical,CA:TRUE']);
  const by = ['-CA', ca.cert, '-CAkey', ca.key];
  return {
    ca,
    server: make(folder, 'server', [
      ...by,
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'],
    ]),
    client: make(folder, 'client', by),
    stranger: make(folder, 'stranger', ['-addext', 'subjectAltName=IP:127.0.0.1']),
  };
}

/** The same, but that it was good until yesterday. */
export function expired({ cert, key }: Certificate): Certificate {
  const old = `${cert}.old`;
  const resigns = ['x509', '-in', cert, '-signkey', key, '-days', '-1', '-out', old];
  execFileSync('openssl', resigns, { stdio: 'pipe' });
  return { cert: old, key };
}

function make(folder: string, name: string, more: readonly string[]): Certificate {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert, ...more],
    ],
    { stdio: 'pipe' },
  );
  return { cert, key };
}
