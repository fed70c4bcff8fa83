/**
 * Owns the observer's decisions: when to look, what to hand over, when a position may advance.
 * Never touches git, a socket, a file or a clock; the shell performs the outcome, in its order.
 * Invariant: everything that can be reached from a position was accepted, or was there first.
 *
 *   idle --- due, hint, poll ---> looking ---> walking ---> handing over ---> idle
 *                                    '----- failed: later again ------------->'
 *
 * The findings of one look are handed over before the next look begins. That bounds what is
 * held in memory by what the repository held at one moment, however long the dispatcher is away.
 */

import type { Commit } from '../protocol/ids.js';
import { batchesOf } from './batches.js';
import type { Event, EventOf, Outcome } from './events.js';
import {
  type Change,
  compare,
  type Described,
  type Known,
  type Look,
  type Tip,
  type Walked,
  withoutFailed,
} from './news.js';
import { Once } from './once.js';
import { type Progress, Round } from './round.js';
import { Standing } from './standing.js';

export interface Policy {
  readonly intervalMs: number;
  readonly fromNow: boolean;
  readonly latestOnly: boolean;
  readonly once: boolean;
}

/** Commits outstanding: enough to hide a round trip and to share a disk sync, never a flood. */
const windowOf = { away: 0, session: 256, classic: 1 } as const;

/** How soon an ancestor's dispatcher that refused a commit is asked again. */
const refusedRetryMs = 1_000;

/** How long Ctrl-C waits for answers to what was sent. */
export const drainWithinMs = 3_000;

export class Core {
  readonly #policy: Policy;
  readonly #standing: Standing;
  /** Nothing was ever saved: this is the first look of all. */
  #newcomer: boolean;
  #stage: 'idle' | 'looking' | 'walking' | 'handing over' = 'idle';
  #look: Look = { tips: [], broken: [] };
  #changes: readonly Change[] = [];
  /** The positions went back since the walks were asked for: what they find is not all. */
  #wentBack = false;
  #round = new Round([]);
  #link: keyof typeof windowOf = 'away';
  #lookAtMs = 0;
  #hinted = false;
  #retryAtMs = 0;
  #drainByMs: number | null = null;
  readonly #once = new Once();

  constructor(policy: Policy, saved: Known | null) {
    this.#policy = policy;
    this.#standing = new Standing(saved);
    this.#newcomer = saved === null;
  }

  /** Commits by which a dispatcher can tell whether it has all that was accepted, oldest first. */
  get handedOver(): Commit[] {
    return [...this.#standing.handedOver, ...this.#round.lastAccepted];
  }

  handle(event: Event, nowMs: number): Outcome {
    const outcome: Outcome = {
      save: null,
      send: [],
      publish: [],
      look: false,
      walk: [],
      wakeAtMs: null,
      exit: null,
    };
    this.#take(event, nowMs, outcome);
    this.#proceed(nowMs, outcome);
    return outcome;
  }

  #take(event: Event, nowMs: number, outcome: Outcome): void {
    switch (event.type) {
      case 'due':
        break;
      case 'hint':
        this.#hinted = true;
        break;
      case 'looked':
        this.#looked(event, outcome);
        break;
      case 'walked':
        this.#walked(event.found, outcome);
        break;
      case 'failed':
        this.#failed(event.reason, nowMs, outcome);
        break;
      case 'forgotten':
        this.#goBack(event, outcome);
        break;
      case 'session':
      case 'classic':
        this.#link = event.type;
        this.#once.connected();
        this.#round.again();
        outcome.publish.push({ type: 'connected', classic: event.type === 'classic' });
        break;
      case 'away':
        this.#away(event.reason, event.refused, outcome);
        break;
      case 'accepted':
        this.#accepted(this.#round.accept(event.commit), outcome);
        break;
      case 'refused':
        this.#refused(event.reason, nowMs, outcome);
        break;
      case 'drain':
        this.#drainByMs = nowMs + drainWithinMs;
        outcome.publish.push({ type: 'draining', outstanding: this.#round.outstanding });
        break;
    }
  }

  /** What follows from where we are, whatever the event was. */
  #proceed(nowMs: number, outcome: Outcome): void {
    if (this.#drainByMs !== null) {
      if (this.#round.outstanding === 0 || nowMs >= this.#drainByMs) {
        // Whoever asked for one complete look must not take half of it for done.
        const isHalf =
          this.#policy.once && !(this.#stage === 'handing over' && this.#round.finished);
        outcome.exit = isHalf ? 'aborted' : 'fine';
      }
      outcome.wakeAtMs = this.#drainByMs;
      return;
    }
    // What is taken for handed over may be unknown to the dispatcher: it is asked before the end.
    const isAsked = !this.#policy.once || this.#link !== 'away';
    if (this.#stage === 'handing over' && this.#round.finished && isAsked) {
      this.#finish(nowMs, outcome);
    }
    if (this.#stage === 'handing over') {
      if (nowMs >= this.#retryAtMs) outcome.send = this.#round.next(windowOf[this.#link]);
      else outcome.wakeAtMs = this.#retryAtMs;
    }
    if (this.#stage === 'idle') {
      if (this.#hinted || nowMs >= this.#lookAtMs) {
        this.#hinted = false;
        this.#stage = 'looking';
        outcome.look = true;
      } else outcome.wakeAtMs = this.#lookAtMs;
    }
  }

  #looked(look: Look, outcome: Outcome): void {
    outcome.publish.push(...this.#once.looked(look));
    this.#putOnRecord(look.tips, outcome);
    this.#compare(look, outcome);
  }

  #compare(look: Look, outcome: Outcome): void {
    this.#look = look;
    this.#wentBack = false;
    const { changes, gone } = compare(look, this.#standing.known, this.#policy.latestOnly);
    for (const { branch, position } of gone) {
      this.#standing.remove(branch, position);
      outcome.publish.push({ type: 'gone', branch });
    }
    if (gone.length > 0) outcome.save = this.#standing.known;

    this.#changes = changes;
    outcome.walk = this.#changes.flatMap(({ walk }) => (walk === null ? [] : [walk]));
    if (outcome.walk.length === 0) this.#beginRound([], outcome);
    else this.#stage = 'walking';
  }

  #walked(found: readonly Walked[], outcome: Outcome): void {
    if (this.#wentBack) return this.#compare(this.#look, outcome);
    const whole = found.filter(
      (walked): walked is readonly Described[] => !(walked instanceof Error),
    );
    if (whole.length === found.length) return this.#beginRound(whole, outcome);
    // The other walks left out what these branches were to bring: compared again without them.
    this.#compare(withoutFailed(this.#look, this.#changes, found), outcome);
  }

  /** Where nothing is known yet, what is there is put on record: all that follows is news. */
  #putOnRecord(tips: readonly Tip[], outcome: Outcome): void {
    const isFirst = this.#newcomer;
    this.#newcomer = false;
    if (isFirst && this.#policy.fromNow && tips.length > 0) {
      this.#standing.record(tips);
      outcome.publish.push({ type: 'recorded', branches: tips.length });
    } else if (this.#standing.isBlank && tips.length > 0) {
      this.#standing.begin(tips);
    } else if (!isFirst) return;
    outcome.save = this.#standing.known;
  }

  /** What was found, together with the tips that needed no walk, is handed over from here on. */
  #beginRound(found: readonly (readonly Described[])[], outcome: Outcome): void {
    outcome.publish.push(...this.#once.broken(this.#look.broken));
    const { batches, happenings } = batchesOf(this.#changes, found);
    outcome.publish.push(...happenings);
    this.#round = new Round(batches);
    this.#stage = 'handing over';
  }

  #accepted({ handedOver, done }: Progress, outcome: Outcome): void {
    this.#once.accepted();
    for (const { branch, tip } of done) this.#standing.advance(branch, tip);
    // A branch that cannot be read yet may need it to tell its own news.
    if (this.#round.finished && this.#look.broken.length === 0) this.#standing.settle();
    if (done.length > 0) outcome.save = this.#standing.known;
    outcome.publish.push(...handedOver.map((one) => ({ type: 'handed-over', ...one }) as const));
  }

  #finish(nowMs: number, outcome: Outcome): void {
    this.#stage = 'idle';
    this.#lookAtMs = nowMs + this.#policy.intervalMs;
    if (this.#policy.once) outcome.exit = this.#look.broken.length === 0 ? 'fine' : 'usage';
  }

  /** Goes back to where the dispatcher is that is there now, and looks from there. */
  #goBack({ commits, isNew }: EventOf<'forgotten'>, outcome: Outcome): void {
    // With `--from-now` what came since then is all that any dispatcher is to have.
    const isAnew = isNew && !this.#policy.fromNow && this.#standing.hasPositions;
    if (!isAnew && commits.length === 0) return;
    if (isAnew) this.#standing.startOver();
    else this.#standing.goBackBefore(new Set(commits));
    outcome.save = this.#standing.known;
    outcome.publish.push({ type: 'forgotten', commits, isNew: isAnew });
    this.#wentBack = this.#stage === 'walking';
    if (this.#stage === 'handing over') this.#stage = 'idle';
    this.#round = new Round([]);
    this.#hinted = true;
  }

  #failed(reason: string, nowMs: number, outcome: Outcome): void {
    outcome.publish.push(...this.#once.failed(reason));
    this.#finish(nowMs, outcome);
    if (this.#policy.once) outcome.exit = 'usage';
  }

  #away(reason: string, refused: boolean, outcome: Outcome): void {
    outcome.publish.push(...this.#once.away(reason, refused));
    this.#link = 'away';
    this.#round.again();
  }

  #refused(reason: string, nowMs: number, outcome: Outcome): void {
    if (this.#link !== 'classic') return;
    outcome.publish.push(...this.#once.refused(reason));
    this.#retryAtMs = nowMs + refusedRetryMs;
    this.#round.again();
  }
}
