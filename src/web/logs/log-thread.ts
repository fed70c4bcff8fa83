/**
 * Owns the way of a question about a log: to the thread that reads logs, and back. Answers are bodies in
 * JSON, of the shapes that indexed-log.ts names.
 * Never reads a log itself.
 */

import { AskedThread } from '../../world/asked-thread.js';
import { startThread } from '../../world/thread.js';
import type { AboutLog } from './indexed-log.js';
import type { LinesQuestion, SearchQuestion } from './log-reader.js';

/** Nobody looks at a log: what it knows of finished ones lies beside them. */
const restsAfterMs = 5_000;

export class LogThread {
  readonly #thread = new AskedThread(
    'reads logs',
    () => startThread('web/logs/log-worker', null),
    restsAfterMs,
  );

  outline(question: { readonly log: AboutLog }): Promise<Uint8Array<ArrayBuffer>> {
    return this.#thread.ask('outline', question);
  }

  lines(question: LinesQuestion): Promise<Uint8Array<ArrayBuffer>> {
    return this.#thread.ask('lines', question);
  }

  /** Ends as soon as `signal` says that nobody waits for it. */
  search(question: SearchQuestion, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#thread.ask('search', question, signal);
  }

  /** What is asked and not answered fails. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
