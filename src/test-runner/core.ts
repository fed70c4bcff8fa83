/**
 * Owns what the runner decides: which run starts in which slot, what is sent, what is forgotten.
 * Never touches a socket, a file, a process or a clock. A run in hand is going on or has ended;
 * it stays in hand until the dispatcher has recorded its result or no longer wants it.
 *
 *             runtest                      last slot taken
 *   idle ---------------> going on ....................... busy       Ctrl-C at any time:
 *    ^                       | suite ended                            draining, until nothing
 *    | recorded, revoked     v                                        is in hand
 *    +------------------- ended, log and report on disk
 */

import type { Assignment, Handback, Report } from '../protocol/bodies.js';
import { type Commit, type RunId, runId } from '../protocol/ids.js';
import type { SessionMessage } from '../protocol/messages.js';
import { exitCodes } from '../world/command-line.js';
import type { Effect, Ending, Event, Job } from './events.js';

export interface CoreOptions {
  readonly slots: number;
  /** Ended runs of an earlier process that nobody has acknowledged yet. */
  readonly kept: readonly { readonly job: Job; readonly report: Report }[];
  /** Eight hex digits that make the ids of classic runs unique on this machine. */
  readonly localStart: string;
}

/** An ancestor's dispatcher pings every second; so long without means that it forgot us (A34). */
const registerAfterMs = 10_000;

interface Held {
  readonly job: Job;
  /** Null once the suite has ended and the slot is free. */
  slot: number | null;
  report: Report | null;
  revoked: boolean;
  delivering: boolean;
}

export class Core {
  readonly #held = new Map<RunId, Held>();
  /** The slot that has been free for longest stands first: it had the most time to be cleaned. */
  readonly #free: number[];
  readonly #localStart: string;
  #localRuns = 0;
  #dispatcher: 'away' | 'session' | 'classic' = 'away';
  #pingedAtMs = 0;
  #draining = false;

  constructor({ slots, kept, localStart }: CoreOptions) {
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    this.#localStart = localStart;
    for (const { job, report } of kept) {
      this.#held.set(job.run, { job, slot: null, report, revoked: false, delivering: false });
    }
  }

  get state(): 'idle' | 'busy' | 'draining' {
    if (this.#draining) return 'draining';
    return this.#free.length === 0 ? 'busy' : 'idle';
  }

  /** The runs to name in `hello`: those that a dispatcher may still want. */
  inHand(): { run: RunId; commit: Commit }[] {
    return [...this.#held.values()]
      .filter(({ job, revoked }) => !job.classic && !revoked)
      .map(({ job: { run, commit } }) => ({ run, commit }));
  }

  /** What draining waits for. */
  waitsFor(): { going: Job[]; undelivered: Job[] } {
    const all = [...this.#held.values()];
    return {
      going: all.filter(({ slot }) => slot !== null).map(({ job }) => job),
      undelivered: all.filter(({ report }) => report !== null).map(({ job }) => job),
    };
  }

  handle(event: Event, nowMs: number): Effect[] {
    switch (event.type) {
      case 'session':
        this.#dispatcher = 'session';
        return [...(this.#draining ? [send({ verb: 'draining' })] : []), ...this.#deliverClassic()];
      case 'classic':
        this.#dispatcher = 'classic';
        this.#pingedAtMs = nowMs;
        return this.#draining
          ? this.#deliverClassic()
          : [{ do: 'register' }, ...this.#deliverClassic()];
      case 'away':
        this.#dispatcher = 'away';
        return [];
      case 'message':
        return this.#hear(event.message);
      case 'pinged':
        this.#pingedAtMs = nowMs;
        return [];
      case 'asked-to-run':
        return this.#startClassic(event.commit);
      case 'ended':
        return this.#end(event.job, event.ending);
      case 'shipped':
        return this.#reportShipped(event.run);
      case 'log-lost':
        return this.#giveUp(event.run);
      case 'registered':
        // Without an `OK` the next tick tries again.
        this.#pingedAtMs = event.taken ? nowMs : Number.NEGATIVE_INFINITY;
        return [];
      case 'delivered':
        return this.#delivered(event.run, event.taken);
      case 'tick':
        return [...this.#registerAgain(nowMs), ...this.#deliverClassic()];
      case 'drain':
        this.#draining = true;
        return [send({ verb: 'draining' }), ...this.#leaveIfDone()];
      case 'abort':
        return this.#abort();
    }
  }

  #hear(message: SessionMessage): Effect[] {
    switch (message.verb) {
      case 'runtest':
        return this.#start({
          run: message.run,
          commit: message.commit,
          assignment: message.body,
          classic: false,
        });
      case 'want':
        return this.#ship(message.run, message.offset);
      case 'cancel':
        return this.#cancel(message.run);
      case 'revoked':
        return this.#revoke(message.run);
      case 'recorded': {
        const held = this.#held.get(message.run);
        return held?.report == null ? [] : this.#forget(held);
      }
      default:
        // Verbs between others, or of a newer dispatcher: not for a runner to act on.
        return [];
    }
  }

  #start(job: Job): Effect[] {
    // Said twice is no second run: the first is going on, or its result is on the way.
    if (this.#held.has(job.run)) return [];
    const slot = this.#draining ? undefined : this.#free.shift();
    if (slot === undefined) {
      const detail = this.#draining ? 'the runner is leaving' : 'the runner is full';
      return [handBack(job.run, { reason: 'stopped', detail })];
    }
    return [...this.#take(job, slot), { do: 'ship', run: job.run, offset: 0, report: null }];
  }

  /** The slot is taken before anything else can be asked: of two requests one is OK (A39). */
  #startClassic(commit: Commit): Effect[] {
    if (this.#dispatcher !== 'classic') return [{ do: 'answer', word: 'Invalid command' }];
    const slot = this.#draining ? undefined : this.#free.shift();
    if (slot === undefined) return [{ do: 'answer', word: 'BUSY' }];
    this.#localRuns += 1;
    const run = runId(this.#localStart, this.#localRuns);
    const job = { run, commit, assignment: unknownAssignment, classic: true };
    return [{ do: 'answer', word: 'OK' }, ...this.#take(job, slot)];
  }

  #take(job: Job, slot: number): Effect[] {
    this.#held.set(job.run, { job, slot, report: null, revoked: false, delivering: false });
    return [{ do: 'start', slot, job }];
  }

  #ship(run: RunId, offset: number): Effect[] {
    const held = this.#held.get(run);
    if (held !== undefined && !held.revoked) {
      return [{ do: 'ship', run, offset, report: held.report }];
    }
    // Definite, so that nobody waits for a run that is not here.
    return [handBack(run, { reason: 'stopped', detail: 'the runner does not have that run' })];
  }

  #cancel(run: RunId): Effect[] {
    const held = this.#held.get(run);
    if (held === undefined || held.report !== null || held.revoked) return [];
    return [{ do: 'end', job: held.job, because: 'cancelled' }];
  }

  #revoke(run: RunId): Effect[] {
    const held = this.#held.get(run);
    if (held === undefined) return [];
    if (held.report !== null) return this.#forget(held);
    if (held.revoked) return [];
    held.revoked = true;
    return [{ do: 'end', job: held.job, because: 'revoked' }];
  }

  #end(job: Job, ending: Ending): Effect[] {
    const held = this.#held.get(job.run);
    if (held === undefined || held.slot === null) throw new Error(`${job.run} ended unstarted`);
    this.#free.push(held.slot);
    held.slot = null;
    if (held.revoked) return this.#forget(held);
    if (ending.kind === 'report') {
      held.report = ending.report;
      return job.classic ? this.#deliverClassic() : [];
    }
    // A session lost meanwhile needs no handback: the next `hello` no longer names the run.
    return [handBack(job.run, ending.handback), ...this.#forget(held)];
  }

  #reportShipped(run: RunId): Effect[] {
    const report = this.#held.get(run)?.report;
    return report == null ? [] : [send({ verb: 'results', run, body: report })];
  }

  #giveUp(run: RunId): Effect[] {
    const held = this.#held.get(run);
    if (held === undefined) return [];
    return [
      handBack(run, { reason: 'stopped', detail: 'its log is gone from the runner’s disk' }),
      ...this.#forget(held),
    ];
  }

  #deliverClassic(): Effect[] {
    if (this.#dispatcher === 'away') return [];
    const effects: Effect[] = [];
    for (const held of this.#held.values()) {
      if (!held.job.classic || held.report === null || held.delivering) continue;
      held.delivering = true;
      effects.push({ do: 'deliver', job: held.job, report: held.report });
    }
    return effects;
  }

  #delivered(run: RunId, taken: boolean): Effect[] {
    const held = this.#held.get(run);
    if (held === undefined) return [];
    held.delivering = false;
    return taken ? this.#forget(held) : [];
  }

  #registerAgain(nowMs: number): Effect[] {
    const forgotten = nowMs - this.#pingedAtMs >= registerAfterMs;
    if (this.#dispatcher !== 'classic' || this.#draining || !forgotten) return [];
    this.#pingedAtMs = nowMs;
    return [{ do: 'register' }];
  }

  #forget(held: Held): Effect[] {
    this.#held.delete(held.job.run);
    return [{ do: 'forget', job: held.job }, ...this.#leaveIfDone()];
  }

  #leaveIfDone(): Effect[] {
    if (!this.#draining || this.#held.size > 0) return [];
    return [{ do: 'leave', exitCode: exitCodes.fine }];
  }

  /** Whole trees at once; what has ended stays on disk for the next process to deliver. */
  #abort(): Effect[] {
    const going = [...this.#held.values()].filter(({ slot }) => slot !== null);
    return going.flatMap(({ job, revoked }): Effect[] => [
      { do: 'end', job, because: 'aborted' },
      ...(job.classic || revoked
        ? []
        : [handBack(job.run, { reason: 'stopped', detail: 'the runner was stopped' })]),
    ]);
  }
}

/** What an ancestor's dispatcher tells of a run: nothing. */
const unknownAssignment: Assignment = {
  branch: '',
  author: '',
  subject: '',
  repository: null,
  number: 1,
};

function send(message: SessionMessage): Effect {
  return { do: 'send', message };
}

function handBack(run: RunId, body: Handback): Effect {
  return send({ verb: 'handback', run, body });
}
