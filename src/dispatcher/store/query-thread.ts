/**
 * Owns the way of a question about the past: to a thread with a connection of its own, and back. An
 * append waits for no question, nor a question for an append. The thread starts with the first
 * question; if it dies, those that were asked fail, and the next one starts another.
 * Never reads the store itself.
 */

import type { Worker } from 'node:worker_threads';
import { startThread } from '../../world/thread.js';
import type { Queries } from './queries.js';

/** Questions that wait at once: beyond that, whoever asks is told so. */
const waitingMax = 1_000;

interface Asked {
  readonly resolve: (rows: never) => void;
  readonly reject: (error: Error) => void;
}

export class QueryThread implements Queries {
  readonly #path: string;
  readonly #asked = new Map<number, Asked>();
  #thread: Worker | null = null;
  #counter = 0;
  #isClosed = false;

  /** `path` is the store's file; a dispatcher has it open, and has brought it up to date. */
  constructor(path: string) {
    this.#path = path;
  }

  readonly commits: Queries['commits'] = (question) => this.#ask('commits', question);
  readonly story: Queries['story'] = (question) => this.#ask('story', question);
  readonly runsOf: Queries['runsOf'] = (question) => this.#ask('runsOf', question);
  readonly branches: Queries['branches'] = (question) => this.#ask('branches', question);
  readonly durations: Queries['durations'] = (question) => this.#ask('durations', question);
  readonly journal: Queries['journal'] = (question) => this.#ask('journal', question);
  readonly past: Queries['past'] = (question) => this.#ask('past', question);
  readonly failing: Queries['failing'] = (question) => this.#ask('failing', question);
  readonly flaky: Queries['flaky'] = (question) => this.#ask('flaky', question);
  readonly testHistory: Queries['testHistory'] = (question) => this.#ask('testHistory', question);

  /** What is asked and not answered fails. Resolves once the thread has ended: it would go on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.terminate();
  }

  #ask<Row>(name: keyof Queries, question: object): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new Error('the store is closed');
      if (this.#asked.size >= waitingMax) throw new Error('too many questions wait: ask later');
      this.#counter += 1;
      this.#asked.set(this.#counter, { resolve, reject });
      this.#thread ??= this.#start();
      this.#thread.postMessage([this.#counter, name, question]);
    });
  }

  #start(): Worker {
    const thread = startThread(import.meta.dirname, 'query-worker', this.#path);
    let cause: unknown;
    thread.on('message', ([number, rows, error]: [number, never, Error | null]) => {
      const asked = this.#asked.get(number);
      this.#asked.delete(number);
      if (error === null) asked?.resolve(rows);
      else asked?.reject(error);
    });
    thread.on('error', (error) => {
      cause = error;
    });
    thread.on('exit', () => {
      this.#thread = null;
      const ended = new Error('the thread that reads the store has ended', { cause });
      for (const { reject } of this.#asked.values()) reject(ended);
      this.#asked.clear();
    });
    return thread;
  }
}
