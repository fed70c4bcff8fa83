/**
 * Owns the way of messages to one target: one after the other, in their order, each until it was taken.
 * A target that is away is tried again after growing pauses, for as long as its messages are kept;
 * what it refuses, as a wrong token is, is dropped after some tries. Never in anybody's way: nothing
 * waits for it, and what goes wrong is told once, until it goes right.
 */

import { impossible } from '../protocol/impossible.js';
import type { Cancel, Clock } from '../world/clock.js';
import type { Tell } from '../world/story.js';
import type { Message } from './message.js';
import type { Outbox, Waiting } from './outbox.js';
import { secretsOf, type Target } from './target.js';

/** What became of one attempt. */
export type Attempt =
  | { readonly kind: 'taken' }
  /** Nothing will change that but a person. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Another time it may be taken; where it is said, not before that. */
  | { readonly kind: 'away'; readonly why: string; readonly afterMs?: number };

/** Tells a target something; rejects never. */
export type Send = (target: Target, message: Message, stop: AbortSignal) => Promise<Attempt>;

/** The first pause, doubled each time. */
const pauseFirstMs = 1_000;
const pauseMostMs = 5 * 60_000;

/** The longest that a target may ask us to wait. */
const askedMostMs = 60 * 60_000;

/** So often it is refused before it is dropped: a proxy may be wrong for a moment. */
const refusalsMax = 3;

/** What has waited for so long is no news any more. */
export const keptMs = 7 * 24 * 60 * 60_000;

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly send: Send;
  readonly tell: Tell;
}

export class Delivery {
  readonly target: Target;
  readonly #options: DeliveryOptions;
  readonly #stop = new AbortController();
  #isAtWork = false;
  #pauseMs = pauseFirstMs;
  #cancelPause: Cancel | null = null;
  /** What was told of last: that it is away, or refuses. */
  #trouble: Attempt['kind'] = 'taken';
  #dropped = 0;

  constructor(target: Target, options: DeliveryOptions) {
    this.target = target;
    this.#options = options;
  }

  /** Something may have come to be told. */
  wake(): void {
    if (this.#isAtWork || this.#cancelPause !== null || this.#stop.signal.aborted) return;
    this.#isAtWork = true;
    void this.#deliver();
  }

  /** So many were dropped, because too many wait. */
  pushedOut(count: number): void {
    this.#dropped += count;
  }

  /** What waits stays on disk. */
  close(): void {
    this.#stop.abort();
    this.#cancelPause?.();
  }

  async #deliver(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted) {
        const next = this.#next();
        if (next === null) break;
        if (!(await this.#tried(next))) break;
      }
    } catch (error) {
      // Our own disk: what is there is tried again, and may be told twice.
      this.#away(error instanceof Error ? error.message : String(error), 0);
    } finally {
      this.#isAtWork = false;
    }
  }

  /** The first that is still news. */
  #next(): Waiting | null {
    const { outbox, clock } = this.#options;
    const { key } = this.target;
    for (;;) {
      const first = outbox.first(key);
      if (first === null || clock.wallMs() - first.atMs < keptMs) return first;
      outbox.drop(key, first.id);
      this.#dropped += 1;
    }
  }

  /** False: not now. */
  async #tried({ id, message, refusals }: Waiting): Promise<boolean> {
    const { outbox, send } = this.#options;
    const attempt: Attempt =
      message === null ? { kind: 'taken' } : await send(this.target, message, this.#stop.signal);
    if (this.#stop.signal.aborted) return false;
    switch (attempt.kind) {
      case 'taken':
        outbox.drop(this.target.key, id);
        this.#taken();
        return true;
      case 'refused':
        this.#refused(attempt.why);
        outbox.refuse(id);
        if (refusals + 1 < refusalsMax) break;
        outbox.drop(this.target.key, id);
        this.#dropped += 1;
        return true;
      case 'away':
        this.#away(attempt.why, attempt.afterMs ?? 0);
        return false;
      default:
        impossible(attempt);
    }
    this.#pause(0);
    return false;
  }

  #taken(): void {
    this.#pauseMs = pauseFirstMs;
    if (this.#trouble === 'taken') return;
    this.#trouble = 'taken';
    const dropped = this.#dropped;
    this.#dropped = 0;
    const lost = dropped === 0 ? 'nothing was lost' : `messages that were dropped: ${dropped}`;
    const msg = `${this.target.name} takes what it is told again; ${lost}`;
    this.#options.tell({ event: 'notices-taken', target: this.target.name, msg });
  }

  #refused(why: string): void {
    if (this.#trouble === 'refused') return;
    this.#trouble = 'refused';
    const msg =
      `${this.target.name} refuses what it is told (${this.#hidden(why)}): ` +
      `each message is dropped after ${refusalsMax} tries`;
    this.#options.tell({ event: 'notices-refused', level: 'warn', target: this.target.name, msg });
  }

  #away(why: string, afterMs: number): void {
    this.#pause(afterMs);
    if (this.#trouble === 'away') return;
    this.#trouble = 'away';
    const msg =
      `${this.target.name} cannot be told (${this.#hidden(why)}): ` +
      'what it is to hear waits, for 7 days at most';
    this.#options.tell({ event: 'notices-wait', level: 'warn', target: this.target.name, msg });
  }

  #pause(askedMs: number): void {
    if (this.#stop.signal.aborted) return;
    const pauseMs = Math.max(this.#pauseMs, Math.min(askedMs, askedMostMs));
    this.#pauseMs = Math.min(2 * this.#pauseMs, pauseMostMs);
    this.#cancelPause = this.#options.clock.after(pauseMs, () => {
      this.#cancelPause = null;
      this.wake();
    });
  }

  #hidden(text: string): string {
    return secretsOf(this.target).reduce((shown, secret) => secret.hiddenIn(shown), text);
  }
}
