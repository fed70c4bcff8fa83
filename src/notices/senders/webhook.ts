/**
 * Owns how a webhook is told: as Standard Webhooks has it (standardwebhooks.com), signed, so that its
 * receiver knows that it is from us, and new. Told twice, it comes under the same id.
 */

import { createHmac } from 'node:crypto';
import type { Attempt } from '../delivery.js';
import type { Judgement } from '../message.js';
import type { Webhook } from '../target.js';
import { attemptPost } from './http.js';

export function tellWebhook(
  { url, secret }: Webhook,
  judgement: Judgement,
  { link, nowMs, stop }: { link: string | null; nowMs: number; stop: AbortSignal },
): Promise<Attempt> {
  const { kind: _, id, atMs, ...told } = judgement;
  const body = JSON.stringify({
    type: `commit.${judgement.verdict}`,
    timestamp: new Date(atMs).toISOString(),
    data: { ...told, ...(link === null ? {} : { url: link }) },
  });
  const seconds = String(Math.floor(nowMs / 1_000));
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signatureOf(secret.reveal(), `${id}.${seconds}.${body}`)}`,
  };
  return attemptPost({ url, headers, body }, stop);
}

/** HMAC-SHA256 in base64, by the key that stands in base64 behind `whsec_`. */
function signatureOf(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}
