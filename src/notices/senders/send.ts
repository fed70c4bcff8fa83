/**
 * Owns which sender a message goes to.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Clock } from '../../world/clock.js';
import type { Attempt, Send } from '../delivery.js';
import type { Message } from '../message.js';
import type { Collector, Target } from '../target.js';
import { tellForge } from './forges.js';
import { attemptPost } from './http.js';
import { tellByMail } from './mail.js';
import { tellWebhook } from './webhook.js';

/** `linkTo`: where people read of a commit; null: nowhere. */
export function senderOf(clock: Clock, linkTo: (commit: Commit) => string | null): Send {
  return (target, message, stop) => send(target, message, { clock, linkTo, stop });
}

interface Around {
  readonly clock: Clock;
  readonly linkTo: (commit: Commit) => string | null;
  readonly stop: AbortSignal;
}

async function send(target: Target, message: Message, around: Around): Promise<Attempt> {
  const { clock, linkTo, stop } = around;
  if (message.kind === 'trace') {
    return target.to === 'otlp' ? tellCollector(target, message.document, stop) : notFor(target);
  }
  const link = linkTo(message.commit);
  if (message.kind === 'status') {
    const isForge = target.to !== 'webhook' && target.to !== 'email' && target.to !== 'otlp';
    return isForge ? tellForge(target, message, link, stop) : notFor(target);
  }
  if (target.to === 'webhook') {
    return tellWebhook(target, message, { link, nowMs: clock.wallMs(), stop });
  }
  return target.to === 'email' ? tellByMail(target, message, { link, stop }) : notFor(target);
}

/** OTLP over HTTP, as JSON. */
function tellCollector({ endpoint, headers }: Collector, document: object, stop: AbortSignal) {
  const revealed = Object.entries(headers).map(([name, value]) => [name, value.reveal()]);
  const body = JSON.stringify(document);
  return attemptPost(
    { url: `${endpoint}/v1/traces`, headers: Object.fromEntries(revealed), body },
    stop,
  );
}

/** A key means one kind of target, and each kind is told one kind of message. */
function notFor({ name }: Target): never {
  throw new Error(`${name} is not told such things`);
}
