/**
 * Owns what can be counted of a dispatcher at any moment, at a cost that does not grow with the queue:
 * for those who measure it, and for those who ask whether it can take commits.
 */

import type { Vitals } from '../../web/behind.js';
import type { DispatcherCore } from '../core/core.js';
import type { JobId } from '../core/journal.js';
import type { Runner } from '../core/peers.js';
import type { Tap } from '../feed/tap.js';
import type { Performer } from './performer.js';

/** Beyond that an append is not slow: nothing can be promised. */
const settledWithinMs = 10_000;

export class VitalSigns {
  readonly #core: DispatcherCore;
  readonly #tap: Tap;
  readonly #performer: () => Pick<Performer, 'isBlocked' | 'unperformedSinceMs'>;
  readonly #nowMs: () => number;
  readonly #isStopping: () => boolean;

  constructor({
    core,
    tap,
    performer,
    nowMs,
    isStopping,
  }: {
    readonly core: DispatcherCore;
    readonly tap: Tap;
    readonly performer: () => Pick<Performer, 'isBlocked' | 'unperformedSinceMs'>;
    readonly nowMs: () => number;
    readonly isStopping: () => boolean;
  }) {
    this.#core = core;
    this.#tap = tap;
    this.#performer = performer;
    this.#nowMs = nowMs;
    this.#isStopping = isStopping;
  }

  now(): Vitals {
    const { waiting, blocked, leased: running } = this.#core.counts();
    const runners = { available: 0, busy: 0, offline: 0 };
    let silentMs = 0;
    for (const runner of this.#core.runners()) {
      runners[stateOf(runner)] += 1;
      silentMs = Math.max(silentMs, this.#core.silentMs(runner));
    }
    return {
      jobs: { running, waiting, blocked },
      runners,
      silentMs,
      messages: this.#tap.counted,
    };
  }

  /** Jobs for which nothing but a runner is missing, each since when. All of them: not to be asked often. */
  waiting(): { readonly job: JobId; readonly sinceMs: number }[] {
    return [...this.#core.waiting()].map(({ id: job, sinceMs }) => ({ job, sinceMs }));
  }

  /** Why no commit can be taken now; null: it can. */
  unready(): string | null {
    const { isBlocked, unperformedSinceMs } = this.#performer();
    const nowMs = this.#nowMs();
    if (isBlocked) return 'no room on the disk';
    if (nowMs - (unperformedSinceMs ?? nowMs) > settledWithinMs) return 'the store does not answer';
    return this.#isStopping() ? 'stopping' : null;
  }
}

function stateOf({ runs, draining, paused, via, reconnects }: Runner): keyof Vitals['runners'] {
  if (runs.size > 0) return 'busy';
  const isAway = via.kind === 'classic' && reconnects !== null;
  return draining || paused || isAway ? 'offline' : 'available';
}
