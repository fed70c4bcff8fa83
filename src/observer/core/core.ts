/**
 * Owns the observer's decisions: when to poll, what to hand over, when a position may advance.
 * Never touches git, a socket, a file or a clock; the shell performs its effects, in their order.
 * Invariant: everything that can be reached from a position was accepted, or was there first.
 *
 *   idle --- due, hint ---------> polling ---> handing over, and reading on ---> idle
 *                                    '------- failed: later again ------------->'
 *
 * The findings of one poll are handed over before the next poll begins. That bounds what is
 * held in memory by what the repository held at one moment, however long the dispatcher is away.
 */

import type { Commit } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { Effect, Event, EventOf } from './events.js';
import { Findings } from './findings.js';
import type { Progress } from './handover-queue.js';
import { compare, type Known, type Listed, type Poll, type Tip } from './news.js';
import { Standing, underWayMax } from './standing.js';
import { ToldBefore } from './told-before.js';
import { Turn } from './turn.js';

export interface Policy {
  readonly intervalMs: number;
  readonly fromNow: boolean;
  readonly latestOnly: boolean;
  readonly once: boolean;
}

/** Commits outstanding: enough to hide a round trip and to share a disk sync, never a flood. */
const windowOf = { away: 0, session: 256, classic: 1 } as const;

/** How soon a classic dispatcher that refused a commit is asked again. */
const refusedRetryMs = 1_000;

/** How long Ctrl-C waits for answers to what was sent. */
export const drainWithinMs = 3_000;

export class Core {
  readonly #policy: Policy;
  readonly #standing: Standing;
  /** Nothing was ever saved: this is the first poll of all. */
  #newcomer: boolean;
  /** Stale: the positions went back since the rev-list was asked for, what it finds is not all. */
  #stage: 'idle' | 'polling' | 'handing over' | 'rev-list is stale' = 'idle';
  #findings = new Findings();
  #link: keyof typeof windowOf = 'away';
  #intervalMs: number;
  #pollAtMs = 0;
  #hinted = false;
  #retryAtMs = 0;
  #drainByMs: number | null = null;
  readonly #toldBefore = new ToldBefore();

  constructor(policy: Policy, saved: Known | null) {
    this.#policy = policy;
    this.#intervalMs = policy.intervalMs;
    this.#standing = new Standing(saved);
    this.#newcomer = saved === null;
  }

  /** Commits by which a dispatcher can tell whether it has all that was accepted, oldest first. */
  get handedOver(): Commit[] {
    return [...this.#standing.handedOver, ...this.#findings.lastAccepted(underWayMax)];
  }

  handle(event: Event, nowMs: number): Effect[] {
    const turn = new Turn();
    this.#take(event, nowMs, turn);
    this.#proceed(nowMs, turn);
    return turn.effects;
  }

  #take(event: Event, nowMs: number, turn: Turn): void {
    switch (event.kind) {
      case 'due':
        break;
      case 'interval':
        this.#intervalMs = event.intervalMs;
        this.#pollAtMs = Math.min(this.#pollAtMs, nowMs + event.intervalMs);
        break;
      case 'hint':
        this.#hinted = true;
        break;
      case 'polled':
        this.#polled(event, turn);
        break;
      case 'listed':
        this.#listed(event.found, turn);
        break;
      case 'failed':
        this.#failed(event.reason, nowMs, turn);
        break;
      case 'forgotten':
        this.#goBack(event, turn);
        break;
      case 'session':
      case 'classic':
        this.#link = event.kind;
        this.#toldBefore.connected();
        this.#findings.again();
        turn.publish.push({ kind: 'connected', classic: event.kind === 'classic' });
        break;
      case 'away':
        this.#away(event.reason, event.refused, turn);
        break;
      case 'accepted':
        this.#toldBefore.accepted();
        this.#progressed(this.#findings.accept(event.commit), turn);
        break;
      case 'refused':
        this.#refused(event.reason, nowMs, turn);
        break;
      case 'drain':
        this.#drainByMs = nowMs + drainWithinMs;
        turn.publish.push({ kind: 'draining', outstanding: this.#findings.outstanding });
        break;
      default:
        impossible(event);
    }
  }

  /** What follows from where we are, whatever the event was. */
  #proceed(nowMs: number, turn: Turn): void {
    if (this.#drainByMs !== null) {
      if (this.#findings.outstanding === 0 || nowMs >= this.#drainByMs) {
        // Whoever asked for one complete poll must not take half of it for done.
        const isHalf = this.#policy.once && !this.#isHandedOver;
        turn.exit = isHalf ? 'aborted' : 'fine';
      }
      turn.wakeAtMs = this.#drainByMs;
      return;
    }
    // What is taken for handed over may be unknown to the dispatcher: it is asked before the end.
    const isAsked = !this.#policy.once || this.#link !== 'away';
    if (this.#isHandedOver && isAsked) this.#finish(nowMs, turn);
    if (this.#stage === 'handing over') {
      if (nowMs >= this.#retryAtMs) turn.send = this.#findings.next(windowOf[this.#link]);
      else turn.wakeAtMs = this.#retryAtMs;
    }
    if (this.#stage === 'idle') {
      if (this.#hinted || nowMs >= this.#pollAtMs) {
        this.#hinted = false;
        this.#stage = 'polling';
        turn.poll = true;
      } else turn.wakeAtMs = this.#pollAtMs;
    }
  }

  get #isHandedOver(): boolean {
    return this.#stage === 'handing over' && this.#findings.isHandedOver;
  }

  #polled(poll: Poll, turn: Turn): void {
    turn.publish.push(...this.#toldBefore.polled(poll));
    this.#putOnRecord(poll.tips, turn);
    const { changes, gone } = compare(poll, this.#standing.positions);
    if (gone.length > 0) {
      this.#standing.remove(gone);
      for (const { branch } of gone) turn.publish.push({ kind: 'gone', branch });
      turn.save = this.#standing.known;
    }
    const { reached } = this.#standing;
    this.#findings = new Findings(poll, changes, reached, this.#policy.latestOnly);
    this.#stage = 'handing over';
    this.#readOn(null, turn);
  }

  #listed(found: Listed, turn: Turn): void {
    if (this.#stage === 'rev-list is stale') this.#stage = 'idle';
    else this.#readOn(found, turn);
  }

  #readOn(listed: Listed | null, turn: Turn): void {
    const { revList, found, done } = this.#findings.readOn(listed);
    turn.revList = revList;
    for (const notice of found) turn.publish.push(notice);
    this.#progressed({ handedOver: [], done }, turn);
    if (this.#findings.isRead) turn.publish.push(...this.#toldBefore.broken(this.#findings.broken));
  }

  /** Where nothing is known yet, what is there is put on record: all that follows is news. */
  #putOnRecord(tips: readonly Tip[], turn: Turn): void {
    const isFirst = this.#newcomer;
    this.#newcomer = false;
    if (isFirst && this.#policy.fromNow && tips.length > 0) {
      this.#standing.record(tips);
      turn.publish.push({ kind: 'recorded', branches: tips.length });
    } else if (this.#standing.isBlank && tips.length > 0) {
      this.#standing.begin(tips);
    } else if (!isFirst) return;
    turn.save = this.#standing.known;
  }

  #progressed({ handedOver, done }: Progress, turn: Turn): void {
    for (const batch of done) this.#standing.advance(batch);
    if (done.length > 0) turn.save = this.#standing.known;
    turn.publish.push(...handedOver.map((one) => ({ kind: 'handed-over', ...one }) as const));
  }

  #finish(nowMs: number, turn: Turn): void {
    const { isEmpty, broken } = this.#findings;
    const isWhole = broken.length === 0;
    // A branch that cannot be read yet may need what lay behind to tell its own news.
    if (isWhole && !isEmpty && this.#standing.settle()) turn.save = this.#standing.known;
    this.#rest(nowMs);
    if (this.#policy.once) turn.exit = isWhole ? 'fine' : 'usage';
  }

  #rest(nowMs: number): void {
    this.#stage = 'idle';
    this.#pollAtMs = nowMs + this.#intervalMs;
  }

  /** Goes back to where the dispatcher is that is there now, and polls from there. */
  #goBack({ commits, isNew }: EventOf<'forgotten'>, turn: Turn): void {
    // With `--from-now` what came since then is all that any dispatcher is to have.
    const isAnew = isNew && !this.#policy.fromNow && this.#standing.hasPositions;
    if (!isAnew && commits.length === 0) return;
    if (isAnew) this.#standing.startOver();
    else this.#standing.goBackBefore(new Set(commits));
    turn.save = this.#standing.known;
    turn.publish.push({ kind: 'forgotten', commits, isNew: isAnew });
    this.#hinted = true;
    if (this.#stage === 'handing over') {
      this.#stage = this.#findings.isRead ? 'idle' : 'rev-list is stale';
    }
    this.#findings = new Findings();
  }

  #failed(reason: string, nowMs: number, turn: Turn): void {
    turn.publish.push(...this.#toldBefore.failed(reason));
    this.#rest(nowMs);
    if (this.#policy.once) turn.exit = 'usage';
  }

  #away(reason: string, refused: boolean, turn: Turn): void {
    turn.publish.push(...this.#toldBefore.away(reason, refused));
    this.#link = 'away';
    this.#findings.again();
  }

  #refused(reason: string, nowMs: number, turn: Turn): void {
    if (this.#link !== 'classic') return;
    turn.publish.push(...this.#toldBefore.refused(reason));
    this.#retryAtMs = nowMs + refusedRetryMs;
    this.#findings.again();
  }
}
