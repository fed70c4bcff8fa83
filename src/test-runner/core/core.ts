/**
 * Owns what the runner decides: which run starts, what is sent, what is forgotten.
 * Never touches a socket, a file, a process or a clock. What is in hand stands in active-runs.ts, what
 * is offered in offering.ts, what a classic dispatcher needs besides in classic.ts.
 *
 *             runtest                      last slot taken
 *   idle ---------------> going on ....................... busy       Ctrl-C at any time:
 *    ^                       | suite ended                            draining, until nothing
 *    | recorded, revoked     v                                        is in hand
 *    +------------------- ended, log and report on disk
 */

import type { OfferBody } from '../../protocol/bodies.js';
import type { Commit, RunId } from '../../protocol/ids.js';
import type { SessionMessage } from '../../protocol/messages.js';
import { ActiveRuns, type Held, type StillInHand } from './active-runs.js';
import { Classic } from './classic.js';
import type { Effect, Ending, Event, EventOf, Exit, KeptRun, Run } from './events.js';
import { Offering } from './offering.js';
import { abort, cancel, endOnce, handBack, reportTo, send, ship } from './wishes.js';

export interface CoreOptions {
  readonly offer: OfferBody;
  /** Of an earlier process. */
  readonly kept: readonly KeptRun[];
  /** Eight hex digits, new at every start: the ids of classic runs begin with them. */
  readonly localStart: string;
}

export class Core {
  readonly #active = new ActiveRuns();
  readonly #offering: Offering;
  readonly #classic: Classic;
  #dispatcher: 'away' | 'session' | 'classic' = 'away';
  /** How to leave once nothing is in hand; null: not draining. */
  #leaves: Exit | null = null;

  constructor({ offer, kept, localStart }: CoreOptions) {
    this.#active.resize(offer.capacity);
    this.#active.adopt(kept);
    this.#offering = new Offering(offer);
    this.#classic = new Classic(this.#active, localStart);
  }

  get #draining(): boolean {
    return this.#leaves !== null;
  }

  get state(): 'idle' | 'busy' | 'draining' {
    if (this.#draining) return 'draining';
    return this.#active.isFull ? 'busy' : 'idle';
  }

  get offer(): OfferBody {
    return this.#offering.offer;
  }

  /** The dispatcher is to hear of the offer in a `hello`, for which nothing must be in hand. */
  get awaitsHello(): boolean {
    return this.#offering.awaitsHello;
  }

  /** The runs to name in `hello`: those that a dispatcher may still want. */
  inHand(): { run: RunId; commit: Commit }[] {
    return this.#active.wanted().map(({ run: { id: run, commit } }) => ({ run, commit }));
  }

  /** What draining waits for. */
  waitsFor(): StillInHand {
    return this.#active.awaited();
  }

  handle(event: Event, nowMs: number): Effect[] {
    switch (event.kind) {
      case 'introducing':
        this.#offering.introduced();
        return [];
      case 'session':
        this.#dispatcher = 'session';
        return [
          ...(this.#draining ? [send({ verb: 'draining' })] : []),
          ...this.#offering.joined(event.takesOffers),
          ...this.#deliverClassic(),
        ];
      case 'classic':
        this.#dispatcher = 'classic';
        return [
          ...(this.#draining ? [] : this.#classic.register(nowMs)),
          ...this.#deliverClassic(),
        ];
      case 'away':
        this.#leaveSession();
        return [];
      case 'message':
        return this.#hear(event.message);
      case 'pinged':
        this.#classic.pinged(nowMs);
        return [];
      case 'asked-to-run':
        return this.#startClassic(event.commit);
      case 'ended':
        return this.#end(event.run, event.ending);
      case 'shipped':
        return reportTo(this.#active, event.run);
      case 'log-lost':
        return this.#giveUp(event.run);
      case 'registered':
        this.#classic.registered(event.taken, nowMs);
        return [];
      case 'delivered':
        return this.#delivered(event.run, event.taken);
      case 'tick':
        return [...this.#registerAgain(nowMs), ...this.#deliverClassic()];
      case 'offers':
        return this.#renew(event);
      case 'found':
        return this.#adopt(event.kept);
      case 'drain':
        return [...this.#drain('fine'), ...this.#goIfIdle()];
      case 'abort':
        return abort(this.#active);
    }
  }

  #hear(message: SessionMessage): Effect[] {
    switch (message.verb) {
      case 'runtest':
        return this.#start({
          id: message.run,
          commit: message.commit,
          assignment: message.body,
          classic: false,
        });
      case 'want':
        return ship(this.#active, message.log, message.offset);
      case 'cancel':
        return cancel(this.#active, message.run);
      case 'revoked':
        return this.#revoke(message.run);
      case 'recorded': {
        const held = this.#active.get(message.run);
        return held?.report == null ? [] : this.#forget(held);
      }
      default:
        // Verbs between others, or of a newer dispatcher: not for a runner to act on.
        return [];
    }
  }

  #start(run: Run): Effect[] {
    // Said twice is no second run: the first is going on, or its result is on the way.
    if (this.#active.get(run.id) !== undefined) return [];
    const slot = this.#draining ? null : this.#active.take(run);
    if (slot === null) {
      const detail = this.#draining ? 'the runner is leaving' : 'the runner is full';
      return [handBack(run.id, { reason: 'stopped', detail })];
    }
    return [
      { kind: 'start', slot, run },
      { kind: 'ship', log: run.id, offset: 0, report: null },
    ];
  }

  #startClassic(commit: Commit): Effect[] {
    if (this.#dispatcher !== 'classic') return [{ kind: 'answer', word: 'Invalid command' }];
    return this.#draining ? [{ kind: 'answer', word: 'BUSY' }] : this.#classic.start(commit);
  }

  #revoke(run: RunId): Effect[] {
    const held = this.#active.get(run);
    if (held === undefined) return [];
    if (held.report !== null) return this.#forget(held);
    held.revoked = true;
    return endOnce(held, 'revoked');
  }

  #end(run: Run, ending: Ending): Effect[] {
    const held = this.#active.vacate(run);
    const last = ending.kind === 'unfit' ? this.#drain('usage') : [];
    if (held.revoked) return [...last, ...this.#forget(held)];
    if (ending.kind === 'report') {
      held.report = ending.report;
      return run.classic ? this.#deliverClassic() : [];
    }
    // A session lost meanwhile needs no handback: the next `hello` no longer names the run.
    return [...last, handBack(run.id, ending.handback), ...this.#forget(held)];
  }

  /** Before any run is handed back: it would be given to us again. */
  #drain(exit: Exit): Effect[] {
    this.#leaves = exit;
    return [send({ verb: 'draining' })];
  }

  #giveUp(run: RunId): Effect[] {
    const held = this.#active.get(run);
    if (held === undefined) return [];
    return [
      handBack(run, { reason: 'stopped', detail: "its log cannot be read on the runner's disk" }),
      ...this.#forget(held),
    ];
  }

  #deliverClassic(): Effect[] {
    return this.#dispatcher === 'away' ? [] : this.#classic.deliver();
  }

  #delivered(run: RunId, taken: boolean): Effect[] {
    const held = this.#classic.delivered(run, taken);
    return held === null ? [] : this.#forget(held);
  }

  #registerAgain(nowMs: number): Effect[] {
    if (this.#dispatcher !== 'classic' || this.#draining) return [];
    return this.#classic.registerIfForgotten(nowMs);
  }

  #forget(held: Held): Effect[] {
    this.#active.drop(held.run.id);
    return [{ kind: 'forget', run: held.run }, ...this.#goIfIdle()];
  }

  /** For good, or to come back with another `hello`. */
  #goIfIdle(): Effect[] {
    if (!this.#active.isEmpty) return [];
    if (this.#leaves !== null) return [{ kind: 'leave', exit: this.#leaves }];
    if (!this.#offering.awaitsHello) return [];
    this.#leaveSession();
    return [{ kind: 'introduce' }];
  }

  #leaveSession(): void {
    this.#dispatcher = 'away';
    this.#offering.left();
  }

  #renew({ offer }: EventOf<'offers'>): Effect[] {
    this.#active.resize(offer.capacity);
    return [...this.#offering.change(offer), ...this.#goIfIdle()];
  }

  /** They are told at once: no `hello` has named them. */
  #adopt(kept: readonly KeptRun[]): Effect[] {
    this.#active.adopt(kept);
    const isAway = this.#dispatcher !== 'session';
    // A dispatcher of ours does not know the runs of a classic one: those have a way of their own.
    const ours = kept.filter(({ run }) => !run.classic);
    return isAway ? [] : ours.flatMap(({ run }) => reportTo(this.#active, run.id));
  }
}
