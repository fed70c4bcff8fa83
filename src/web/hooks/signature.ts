/**
 * Owns whether a webhook is of who knows the secret: how each forge signs what it sends.
 * Invariant: nothing of a body is looked at before; comparisons take a time that says nothing.
 */

import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';
import type { Token } from '../../world/token.js';

export const forges = ['github', 'gitlab', 'gitea', 'forgejo'] as const;

export type Forge = (typeof forges)[number];

export type Header = (name: string) => string | undefined;

/** Standard Webhooks: what was signed longer ago, or is to be later, may have been recorded. */
const toleranceMs = 300_000;

/** Where each says what has happened. */
export const eventHeaders = {
  github: 'x-github-event',
  gitlab: 'x-gitlab-event',
  gitea: 'x-gitea-event',
  forgejo: 'x-forgejo-event',
} as const satisfies Record<Forge, string>;

/** Where each shows a signature of the body by itself, in hex. */
const signatureHeaders = {
  github: 'x-hub-signature-256',
  gitea: 'x-gitea-signature',
  forgejo: 'x-forgejo-signature',
} as const;

/** Takes in a body piece by piece, and tells at its end whether it is what was signed. */
export interface Check {
  take(piece: Uint8Array): void;
  isSigned(): boolean;
}

/** As a sentence, why there is nothing to check. */
export function checkOf(
  forge: Forge,
  header: Header,
  secret: Token,
  nowMs: number,
): Check | string {
  if (forge !== 'gitlab') {
    const given = header(signatureHeaders[forge])?.replace(/^sha256=/, '');
    if (given === undefined) return `There is no ${signatureHeaders[forge]}: set the secret there`;
    return checking(createHmac('sha256', secret.reveal()), 'hex', [given]);
  }
  const signatures = header('webhook-signature');
  if (signatures !== undefined) return standard(header, signatures, secret, nowMs);
  const shown = header('x-gitlab-token');
  if (shown === undefined) return 'There is no x-gitlab-token: set the secret there';
  const isSecret = secret.matches(shown);
  return { take: () => {}, isSigned: () => isSecret };
}

/** GitLab's newer way: id, time and body are signed, with what the secret spells in base64. */
function standard(
  header: Header,
  signatures: string,
  secret: Token,
  nowMs: number,
): Check | string {
  const [id = '', seconds = ''] = [header('webhook-id'), header('webhook-timestamp')];
  const isNow = Math.abs(Number(seconds) * 1_000 - nowMs) <= toleranceMs;
  if (!/^\d{1,12}$/.test(seconds) || !isNow) {
    return 'It was not signed within the last five minutes: are both clocks right?';
  }
  const text = secret.reveal();
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : text;
  const hmac = createHmac('sha256', key).update(`${id}.${seconds}.`);
  // There may be several, as a secret is being changed.
  const given = signatures.split(' ').flatMap((one) => /^v1,(.+)$/.exec(one)?.[1] ?? []);
  return checking(hmac, 'base64', given);
}

function checking(hmac: Hmac, form: 'hex' | 'base64', given: readonly string[]): Check {
  return {
    take: (piece) => {
      hmac.update(piece);
    },
    isSigned: () => {
      const own = hmac.digest();
      const all = given.map((one) => Buffer.from(one, form));
      return all.some((one) => one.length === own.length && timingSafeEqual(one, own));
    },
  };
}
