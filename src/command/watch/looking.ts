/**
 * Owns how what is shown is kept new: asked for again once something has happened, not more often than
 * somebody could read it, and never twice at a time.
 */

import { documents } from '../../protocol/documents.js';
import { isCommit } from '../../protocol/ids.js';
import { type Cancel, realClock } from '../../world/clock.js';
import type { Dispatcher } from '../asking.js';
import { ofJob } from '../named-job.js';
import type { Named } from '../naming.js';
import type { CommitDocument } from './state.js';

/**
 * How a commit stands, or that one of its jobs; null: it was not handed over yet. Rejects with
 * `NoSuchJob` where it was without that one: all its jobs come at once.
 */
export async function lookAt(
  dispatcher: Dispatcher,
  { commit, job }: Named,
): Promise<CommitDocument | null> {
  // Only of a whole id can it be said that it is still to come.
  if (isCommit(commit)) {
    const word = await dispatcher.ask({ verb: 'verdict', commit, job: null });
    if (word.trim() === 'unknown') return null;
  }
  const document = await dispatcher.document({ what: 'commit', commit }, documents.commit);
  return ofJob(document, job);
}

const atMostEveryMs = 300;

/** Calls `look` once something has changed; what changes meanwhile is looked at after that. */
export class Looking {
  readonly #look: () => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #isLooking = false;
  #isOld = false;
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(look: () => Promise<void>, failed: (error: unknown) => void) {
    this.#look = look;
    this.#failed = failed;
  }

  changed(): void {
    this.#isOld = true;
    this.#again();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #again(): void {
    if (this.#isClosed || this.#isLooking || !this.#isOld) return;
    this.#isLooking = true;
    this.#isOld = false;
    const rest = () => {
      if (this.#isClosed) return;
      this.#cancel = realClock.after(atMostEveryMs, () => {
        this.#isLooking = false;
        this.#again();
      });
    };
    this.#look().then(rest, this.#failed);
  }
}
