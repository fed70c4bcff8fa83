/**
 * Owns the way of a question about the past: to a thread with a connection of its own, and back. An
 * append waits for no question, nor a question for an append.
 * Never reads the store itself.
 */

import { AskedThread } from '../../world/asked-thread.js';
import { startThread } from '../../world/thread.js';
import type { Queries } from './queries.js';

export class QueryThread implements Queries {
  readonly #thread: AskedThread;

  /** `path` is the store's file; a dispatcher has it open, and has brought it up to date. */
  constructor(path: string) {
    const start = () => startThread('dispatcher/store/query-worker', path);
    this.#thread = new AskedThread('reads the store', start);
  }

  readonly commits: Queries['commits'] = (question) => this.#ask('commits', question);
  readonly story: Queries['story'] = (question) => this.#ask('story', question);
  readonly run: Queries['run'] = (question) => this.#ask('run', question);
  readonly commitThen: Queries['commitThen'] = (question) => this.#ask('commitThen', question);
  readonly sightings: Queries['sightings'] = (question) => this.#ask('sightings', question);
  readonly life: Queries['life'] = (question) => this.#ask('life', question);
  readonly runsOf: Queries['runsOf'] = (question) => this.#ask('runsOf', question);
  readonly branches: Queries['branches'] = (question) => this.#ask('branches', question);
  readonly durations: Queries['durations'] = (question) => this.#ask('durations', question);
  readonly journal: Queries['journal'] = (question) => this.#ask('journal', question);
  readonly past: Queries['past'] = (question) => this.#ask('past', question);
  readonly failing: Queries['failing'] = (question) => this.#ask('failing', question);
  readonly flaky: Queries['flaky'] = (question) => this.#ask('flaky', question);
  readonly testHistory: Queries['testHistory'] = (question) => this.#ask('testHistory', question);

  /** What is asked and not answered fails. Resolves once the thread has ended: it would go on. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  #ask<Row>(name: keyof Queries, question: object): Promise<readonly Row[]> {
    return this.#thread.ask(name, question);
  }
}
