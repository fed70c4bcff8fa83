/**
 * Owns how a value is sealed (AES-256-GCM): with a nonce of its own, and bound to its name and scope,
 * so that a row that somebody changes, or exchanges for another, opens no more. Pure but for chance.
 *
 *   sealed = nonce (12 bytes) | tag (16) | the value, enciphered
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Scope } from './scope.js';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Of a key. */
export const keyBytes = 32;

export function seal(key: Uint8Array, scope: Scope, value: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  sealing.setAAD(bound(scope));
  const enciphered = Buffer.concat([sealing.update(value, 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), enciphered]);
}

/** The value; null where it was sealed with another key or for another scope, or is damaged. */
export function unseal(key: Uint8Array, scope: Scope, sealed: Uint8Array): string | null {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const nonce = sealed.subarray(0, nonceBytes);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  opening.setAAD(bound(scope));
  opening.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const value = opening.update(sealed.subarray(nonceBytes + tagBytes));
  try {
    return Buffer.concat([value, opening.final()]).toString('utf8');
  } catch {
    // The tag does not fit: of a wrong key as of a changed byte there is no more to be said.
    return null;
  }
}

function bound({ name, repository, branches, events }: Scope): Buffer {
  return Buffer.from(JSON.stringify([name, repository, branches, events]));
}
