/**
 * Owns how a page comes by documents, and keeps them true: asked once, and again when something happens
 * that they tell of. Never asks while nobody looks, nor more than twice a second.
 */

import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Documents } from '../../protocol/documents.js';
import { firstDocument } from './first.js';
import { type Happening, hear } from './live.js';
import { synchronise } from './now.js';

export type Loaded<What extends keyof Documents> =
  | { readonly kind: 'asking' }
  | { readonly kind: 'here'; readonly document: Documents[What] }
  /** `status` 0: the dispatcher cannot be reached. */
  | { readonly kind: 'refused'; readonly status: number; readonly says: string };

/** What comes at once, many pages ask for: not all in the same instant. */
const againAfterMs = 400;
const spreadMs = 200;

/** The status of an answer that cannot be had now. */
const busy = 503;

/** So long it is tried again after a failure. */
const retryAfterMs = 2_000;

/** The document at that address below /api, as it is by now. `concerns`: what it tells of. */
export function useDocument<What extends keyof Documents>(
  url: string,
  concerns: (happening: Happening) => boolean,
): Signal<Loaded<What>> {
  const kept = useMemo(() => new Kept<What>(url, concerns), [url]);
  useEffect(() => kept.follow(), [kept]);
  return kept.loaded;
}

class Kept<What extends keyof Documents> {
  readonly loaded: Signal<Loaded<What>>;
  readonly #url: string;
  readonly #concerns: (happening: Happening) => boolean;
  #etag = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #isStale = false;
  #isOver = false;

  constructor(url: string, concerns: (happening: Happening) => boolean) {
    this.#url = url;
    this.#concerns = concerns;
    const first = firstDocument(url) as Documents[What] | undefined;
    this.loaded = signal(
      first === undefined ? { kind: 'asking' } : { kind: 'here', document: first },
    );
  }

  follow(): () => void {
    this.#isOver = false;
    const { value } = this.loaded;
    if (value.kind === 'here') setClock(value.document);
    else void this.#ask();
    const unhear = hear((happening) => {
      if (happening === 'resync' || this.#concerns(happening)) this.#askSoon();
    });
    return () => {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      unhear();
    };
  }

  #askSoon(afterMs = againAfterMs + Math.random() * spreadMs): void {
    if (this.#isAsking) this.#isStale = true;
    else this.#timer ??= setTimeout(() => void this.#ask(), afterMs);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    this.#isAsking = true;
    this.#isStale = false;
    try {
      const headers = this.#etag === '' ? {} : { 'If-None-Match': this.#etag };
      const response = await fetch(this.#url, { headers });
      if (!this.#isOver && response.status !== 304) await this.#take(response);
    } catch {
      const says = 'The dispatcher cannot be reached';
      // What was here stays to be read; the header says that it is not live.
      if (this.loaded.value.kind !== 'here')
        this.loaded.value = { kind: 'refused', status: 0, says };
      this.#isAsking = false;
      if (!this.#isOver) this.#askSoon(retryAfterMs);
    }
    this.#isAsking = false;
    if (this.#isStale && !this.#isOver) this.#askSoon();
  }

  async #take(response: Response): Promise<void> {
    const body = await response.json();
    if (response.ok) {
      this.#etag = response.headers.get('etag') ?? '';
      setClock(body);
      this.loaded.value = { kind: 'here', document: body };
    } else if (response.status === busy && this.loaded.value.kind === 'here') {
      // What is here stays to be read until there is an answer.
      setTimeout(() => !this.#isOver && this.#askSoon(), retryAfterMs);
    } else {
      this.loaded.value = { kind: 'refused', status: response.status, says: body.error };
    }
  }
}

/** Most documents say when they were made. */
function setClock(document: object): void {
  if ('nowMs' in document && typeof document.nowMs === 'number') synchronise(document.nowMs);
}

/** What became of a wish: whether it was done, and a sentence. */
export interface Outcome {
  readonly isDone: boolean;
  readonly status: number;
  readonly says: string;
}

/** Has something done: a POST of JSON. */
export async function want(url: string, body: object = {}): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    const says = String(answer.says ?? answer.error);
    return { isDone: response.ok, status: response.status, says };
  } catch {
    return { isDone: false, status: 0, says: 'The dispatcher cannot be reached' };
  }
}
