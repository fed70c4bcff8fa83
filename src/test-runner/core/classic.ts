/**
 * Owns what the runner decides about a classic dispatcher: when it has to be told again that
 * we are here, which of its requests are taken, and which results it is still to be offered.
 * Never touches a socket or a clock. Its runs have ids of our own, as it gives them none.
 */

import { type Commit, type RunId, runId } from '../../protocol/ids.js';
import { assignment } from '../../protocol/job-bodies.js';
import type { ActiveRuns, Held } from './active-runs.js';
import type { Effect } from './events.js';

/** It pings every second; so long without means that it forgot us (A34). */
const registerAfterMs = 10_000;

export class Classic {
  readonly #active: ActiveRuns;
  readonly #localStart: string;
  #localRuns = 0;
  #heardAtMs = 0;

  constructor(active: ActiveRuns, localStart: string) {
    this.#active = active;
    this.#localStart = localStart;
  }

  /** It pinged us, so it knows us. */
  pinged(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  register(nowMs: number): Effect[] {
    this.#heardAtMs = nowMs;
    return [{ kind: 'register' }];
  }

  /** Without an `OK` the next tick tries again. */
  registered(taken: boolean, nowMs: number): void {
    this.#heardAtMs = taken ? nowMs : Number.NEGATIVE_INFINITY;
  }

  registerIfForgotten(nowMs: number): Effect[] {
    return nowMs - this.#heardAtMs >= registerAfterMs ? this.register(nowMs) : [];
  }

  /** The slot is taken before anything else can be asked: of two requests one is OK (A39). */
  start(commit: Commit): Effect[] {
    const id = runId(this.#localStart, this.#localRuns + 1);
    const run = { id, commit, assignment: unknown, classic: true };
    const slot = this.#active.isFull ? null : this.#active.take(run);
    if (slot === null) return [{ kind: 'answer', word: 'BUSY' }];
    this.#localRuns += 1;
    return [
      { kind: 'answer', word: 'OK' },
      { kind: 'start', slot, run },
    ];
  }

  /** Offers each result that is not being offered. */
  deliver(): Effect[] {
    const due = this.#active.all().filter(({ run, delivering }) => run.classic && !delivering);
    return due.flatMap((held): Effect[] => {
      if (held.report === null) return [];
      held.delivering = true;
      return [{ kind: 'deliver', run: held.run, report: held.report }];
    });
  }

  /** The run to be forgotten, where its result was taken; else it is offered again. */
  delivered(id: RunId, taken: boolean): Held | null {
    const held = this.#active.get(id);
    if (held === undefined) return null;
    held.delivering = false;
    return taken ? held : null;
  }
}

/** What a classic dispatcher tells of a run: nothing. */
const unknown = assignment.parse({ number: 1 });
