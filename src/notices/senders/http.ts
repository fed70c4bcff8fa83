/**
 * Owns how something is posted to another program over HTTP, and what its answer means. A redirect is
 * followed within the same host only: what we send holds secrets. Never waits for long, and never reads
 * more of an answer than a person would.
 */

import { ownVersion } from '../../world/version.js';
import type { Attempt } from '../delivery.js';

/** A forge at work takes a second or two. */
const answerWithinMs = 15_000;

/** So much of an answer is read, to say why. */
const answerBytesMax = 2_048;
const shownCharacters = 200;

const redirectsMax = 3;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** Its beginning. */
  readonly text: string;
  /** How long it asks us to wait; 0 where it does not. */
  readonly afterMs: number;
  /** Whether it refuses because we have asked too often. */
  readonly isLimit: boolean;
}

/** Posts it; what comes of that is an attempt, whatever happens. `mean` may know more of a refusal. */
export async function attemptPost(
  post: Post,
  stop: AbortSignal,
  mean: (answer: Answer) => Attempt = meaningOf,
): Promise<Attempt> {
  try {
    return await posted(post, AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]), mean);
  } catch (error) {
    const { name, message, cause } = error as Error;
    // Not of the network, which has a cause: a header that cannot be sent, as of a token of odd letters.
    if (name === 'TypeError' && cause === undefined) return { kind: 'refused', why: message };
    return { kind: 'away', why: whyNot(error) };
  }
}

/** What an answer that takes nothing means by its status alone. */
export function meaningOf({ status, text, afterMs, isLimit }: Answer): Attempt {
  const why = text === '' ? String(status) : `${status}: ${text}`;
  const isPassing = status >= 500 || [408, 425, 429].includes(status) || isLimit;
  return isPassing ? { kind: 'away', why, afterMs } : { kind: 'refused', why };
}

async function posted(
  { url, headers, body }: Post,
  signal: AbortSignal,
  mean: (answer: Answer) => Attempt,
): Promise<Attempt> {
  const about = { 'content-type': 'application/json', 'user-agent': `trivet/${ownVersion()}` };
  const request = { method: 'POST', headers: { ...about, ...headers }, body, signal } as const;
  let at = url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(at, { ...request, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      // What it says besides is read by nobody, and may have no end.
      if (response.ok) void response.body?.cancel().catch(() => {});
      return response.ok ? { kind: 'taken' } : mean(await answerIn(response));
    }
    await response.body?.cancel();
    const next = URL.canParse(location, at) ? new URL(location, at) : null;
    if (next?.origin !== new URL(at).origin || redirects === redirectsMax) {
      const where = next === null ? 'nowhere' : next.host;
      return { kind: 'refused', why: `${response.status}: it sends us on to ${where}` };
    }
    at = next.href;
  }
}

async function answerIn(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const seconds = Number(headers.get('retry-after') ?? 0);
  return {
    status,
    text: (await beginningOf(response)).slice(0, shownCharacters).trim(),
    afterMs: seconds > 0 ? seconds * 1_000 : 0,
    isLimit: headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0',
  };
}

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // To leave it is to cancel the rest.
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= answerBytesMax) break;
    }
  } catch {
    // It breaks off, or does not go on: the status has been said.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${answerWithinMs / 1_000} s`;
  // What fetch says itself is "fetch failed".
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
