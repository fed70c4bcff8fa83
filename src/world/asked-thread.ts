/**
 * Owns the way of questions to a thread of ours, and of answers back. The thread starts with the first
 * question; if it dies, those that were asked fail, and the next one starts another. One that is seldom
 * asked may end when nobody has asked for a while: it costs memory and descriptors.
 * Never knows what is asked. To the thread goes `[number, name, question]`, and `[number]` where nobody
 * wants that answer any more; back comes `[number, answer, error]`.
 */

import type { Worker } from 'node:worker_threads';

/** Questions that wait at once: beyond that, whoever asks is told so. */
const waitingMax = 1_000;

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class AskedThread {
  readonly #startWorker: () => Worker;
  readonly #purpose: string;
  readonly #restsAfterMs: number | null;
  readonly #asked = new Map<number, Asked>();
  #thread: Worker | null = null;
  #rest: NodeJS.Timeout | undefined;
  #counter = 0;
  #isClosed = false;

  /** `purpose` ends the sentence "the thread that …". `restsAfterMs`: without a question; null: never. */
  constructor(purpose: string, start: () => Worker, restsAfterMs: number | null = null) {
    this.#purpose = purpose;
    this.#restsAfterMs = restsAfterMs;
    this.#startWorker = start;
  }

  /** What the thread answers; it is up to whoever asks to know its type. */
  ask<Answer>(name: string, question: object, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new Error(`the thread that ${this.#purpose} is closed`);
      if (this.#asked.size >= waitingMax) throw new Error('too many questions wait: ask later');
      signal?.throwIfAborted();
      this.#counter += 1;
      const number = this.#counter;
      const drop = () => this.#drop(number);
      signal?.addEventListener('abort', drop, { once: true });
      const settled = <Value>(settle: (value: Value) => void) => {
        return (value: Value) => {
          signal?.removeEventListener('abort', drop);
          settle(value);
        };
      };
      this.#asked.set(number, { resolve: settled(resolve), reject: settled(reject) });
      clearTimeout(this.#rest);
      this.#thread ??= this.#start();
      this.#thread.postMessage([number, name, question]);
    });
  }

  /** What is asked and not answered fails. Resolves once the thread has ended: it would go on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#rest);
    await this.#thread?.terminate();
  }

  #drop(number: number): void {
    this.#thread?.postMessage([number]);
    this.#asked.get(number)?.reject(new Error('nobody wants the answer any more'));
    this.#asked.delete(number);
    this.#restSoon();
  }

  /** What it has begun without being asked any more ends with it. */
  #restSoon(): void {
    if (this.#restsAfterMs === null || this.#asked.size > 0) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = null;
      void thread?.terminate();
    }, this.#restsAfterMs).unref();
  }

  #start(): Worker {
    const thread = this.#startWorker();
    let cause: unknown;
    thread.on('message', ([number, answer, error]: [number, never, Error | null]) => {
      const asked = this.#asked.get(number);
      this.#asked.delete(number);
      if (error === null) asked?.resolve(answer);
      else asked?.reject(error);
      this.#restSoon();
    });
    thread.on('error', (error) => {
      cause = error;
    });
    thread.on('exit', () => {
      // It was sent to rest: what was asked since is another's.
      if (this.#thread !== thread) return;
      this.#thread = null;
      const ended = new Error(`the thread that ${this.#purpose} has ended`, { cause });
      for (const { reject } of this.#asked.values()) reject(ended);
      this.#asked.clear();
    });
    return thread;
  }
}
