/**
 * Owns what the observer's core asks for after an event, and in which order.
 */

import type { Notice } from './events.js';
import type { Handover } from './handover-queue.js';
import type { Known, RevList } from './news.js';

/**
 * To be performed in this order, but that positions are saved at the end of the turn: one that is lost
 * costs a repeated hand-over.
 */
export interface Outcome {
  /** To be written to disk, soon: it is a view, and may know more when it is written. */
  save: Known | null;
  send: readonly Handover[];
  publish: Notice[];
  /** Poll the branches, then say `polled` or `failed`. */
  poll: boolean;
  /** Take this rev-list, then say `listed`. */
  revList: RevList | null;
  /** When to say `due`; null where only the world can wake us. */
  wakeAtMs: number | null;
  /** Nothing is left to be done, or nothing can be: the exit code's name. */
  exit: 'fine' | 'usage' | 'aborted' | null;
}

/** Nothing is asked for. */
export function nothingAsked(): Outcome {
  return {
    save: null,
    send: [],
    publish: [],
    poll: false,
    revList: null,
    wakeAtMs: null,
    exit: null,
  };
}
