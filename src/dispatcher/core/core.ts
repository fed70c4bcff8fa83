/**
 * Owns the dispatcher's decisions: an event and the time go in, effects come out.
 * Never touches a socket, a file or a clock. Live operation and recovery change jobs by the same
 * function (`Jobs.apply`), so a restart is nothing special.
 *
 *   handle(event, nowMs) → [...appends, ...sends, ...notices]      see events.ts
 *
 * Each kind of peer has a file of its own: sessions.ts, classic.ts, people.ts. What they share
 * is in leases.ts; when what is tried again, and how much there may be, in rules.ts.
 */

import type { Commit, Pausable, RunId } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import { assign } from './assign.js';
import * as classic from './classic.js';
import { giveUpAsAsked } from './endings.js';
import type { Effect, Event } from './events.js';
import type { Job } from './job.js';
import type { Jobs } from './jobs.js';
import type { Entry, JobId } from './journal.js';
import { giveUpIfExhausted, isWanted, lose } from './leases.js';
import { type Pauses, pause } from './pauses.js';
import type { Observer, Peer, PeerKey, Runner, Spectator } from './peers.js';
import * as people from './people.js';
import { beatsPerHeartbeat, cancelWithinMs, isUnknownSomewhere, listenForMs } from './rules.js';
import type { Run } from './run.js';
import * as sessions from './sessions.js';
import { type InitialState, State, Turn } from './turn.js';
import { tellUnmatched } from './unmatched.js';
import { firstWaits, type Wait, type WaitReason, waitsOf } from './waits.js';

export class DispatcherCore {
  readonly #state: State;

  /** `unfinished` are the journal entries of all jobs that are not over, in their order. */
  constructor(initial: InitialState, unfinished: Iterable<Entry>, nowMs: number) {
    this.#state = new State(initial, nowMs);
    for (const entry of unfinished) this.#state.jobs.apply(entry);
    for (const address of initial.classicRunners) classic.expect(this.#state, address);
  }

  handle(event: Event, nowMs: number): Effect[] {
    const turn = new Turn(this.#state, nowMs);
    this.#react(turn, event);
    if (event.kind !== 'heard' && event.kind !== 'pong') assign(turn);
    return turn.effects;
  }

  #react(turn: Turn, event: Event): void {
    switch (event.kind) {
      case 'joined':
        return sessions.joined(turn, event);
      case 'heard':
        return this.#hear(event.session);
      case 'pong':
        return sessions.answered(turn, event);
      case 'left':
        return sessions.left(turn, event.session, event.reason);
      case 'draining':
        return sessions.draining(turn, event);
      case 'offer':
        return sessions.offers(turn, event);
      case 'results':
        return sessions.results(turn, event);
      case 'handback':
        return sessions.handback(turn, event);
      case 'registered':
        return classic.registered(turn, event);
      case 'answered':
        return classic.answered(turn, event);
      case 'classic-results':
        return classic.results(turn, event);
      case 'dispatch':
        return people.dispatch(turn, event);
      case 'cancel':
        return people.cancel(turn, event);
      case 'cancel-branch':
        return people.cancelBranch(turn, event);
      case 'rerun':
        return people.rerun(turn, event);
      case 'poll':
        return people.poll(turn, event);
      case 'pause':
        return pause(turn, event);
      case 'settings':
        this.#state.settings = event.settings;
        return;
      case 'beat':
        return this.#beat(turn, event.settledAtMs);
      case 'stalled':
        return this.#standAgain(turn, event.forMs);
      case 'drain':
        this.#state.draining = true;
        return;
      default:
        return impossible(event);
    }
  }

  #hear(session: string): void {
    const peer = this.#state.pool.get(session);
    if (peer !== undefined) this.#state.pool.heartbeats.hear(peer);
  }

  /**
   * It is as after a restart: peers took us for dead and are about to come again, over connections
   * that wait to be heard, some of them closed again long ago. First we listen, then we decide.
   */
  #standAgain(turn: Turn, forMs: number): void {
    const { state, nowMs } = turn;
    state.awake = { sinceMs: nowMs, after: 'a stall' };
    state.listensUntilMs = nowMs + listenForMs;
    turn.publish({ kind: 'stalled', forMs });
  }

  /**
   * A quarter of a heartbeat passed. Beats are counted, not milliseconds: when the dispatcher
   * itself was frozen for a minute, one beat is late, and no healthy peer is evicted for it.
   */
  #beat(turn: Turn, settledAtMs: number): void {
    const { state } = turn;
    state.beats += 1;
    // Who has closed meanwhile answers a ping with a reset, and what it said last is lost with that.
    const pulsing = turn.isListening ? [] : state.pool.heartbeats.beat(state.beats);
    for (const peer of pulsing) pulse(turn, peer);
    if (state.beats % beatsPerHeartbeat !== 0) return;
    // What would end a wait may have come already, and not have been heard.
    if (!turn.isListening) this.#endOverdue(turn);
    state.jobs.forgetFinished(settledAtMs);
    tellUnmatched(turn);
  }

  #endOverdue(turn: Turn): void {
    const { jobs, pool } = turn.state;
    classic.endOverdue(turn);
    for (const { job, run } of [...jobs.leased()]) {
      const isOrphan = pool.holderOf(run.id) === undefined;
      if (isOrphan && !turn.isAwaitingReturns) {
        const isHere = pool.isHere(run.runner);
        const absent = goneBecause[turn.state.awake.after];
        lose(turn, run.id, run.runner, isHere ? 'came back without it' : absent);
      } else if (turn.nowMs - (job.cancelAskedAtMs ?? turn.nowMs) >= cancelWithinMs) {
        giveUpAsAsked(turn, job, job.supersededBy, 'its runner did not report the end in time');
      }
    }
    for (const job of jobs.interrupted()) {
      if (isUnknownSomewhere(job)) giveUpIfExhausted(turn, job);
    }
  }

  // --- What may be asked of a core without changing it ---

  jobsOf(commit: Commit): readonly Job[] {
    return this.#state.jobs.ofCommit(commit);
  }

  job(id: JobId): Job | undefined {
    return this.#state.jobs.get(id);
  }

  /** A job that was just appended to: it cannot have been forgotten yet. */
  known(id: JobId): Job {
    return this.#state.jobs.known(id);
  }

  /** The job that has or had that run, while it is in memory. */
  jobOfRun(run: RunId): Job | undefined {
    return this.#state.jobs.ofRun(run);
  }

  /** Whether that session may add to that run's log: where its report would be taken. */
  mayLog(session: string, run: RunId): boolean {
    return isWanted(this.#state, run, session);
  }

  classicRunOf(commit: Commit): RunId | null {
    return classic.classicRunOf(this.#state, commit);
  }

  get hasSeveralRepositories(): boolean {
    return this.#state.repositories.size > 1;
  }

  /** Names of all repositories that a job ever belonged to. */
  get repositories(): ReadonlySet<string> {
    return this.#state.repositories;
  }

  /** Each job that runs, with the run that has its lease. */
  leased(): Iterable<{ readonly job: Job; readonly run: Run }> {
    return this.#state.jobs.leased();
  }

  /** What whoever is there under that key is called. */
  peerCalled(key: PeerKey): string | undefined {
    return this.#state.pool.get(key)?.name;
  }

  runners(): readonly Runner[] {
    return this.#state.pool.runners();
  }

  /** How long nothing was heard of it, a beat more or less. */
  silentMs(peer: Peer): number {
    return this.#state.pool.heartbeats.silentMs(peer);
  }

  observers(): readonly Observer[] {
    return this.#state.pool.observers();
  }

  spectators(): readonly Spectator[] {
    return this.#state.pool.spectators();
  }

  get pauses(): Pick<Pauses, 'has'> & Iterable<Pausable> {
    return this.#state.pauses;
  }

  counts(): Jobs['counts'] {
    return this.#state.jobs.counts;
  }

  /** Those for which nothing but a runner is missing. */
  waiting(): Iterable<Job> {
    return this.#state.jobs.waiting();
  }

  /** The first `most` jobs that wait or are blocked, each with the reason why. */
  waits(most: number, nowMs: number): Wait[] {
    return firstWaits(this.#state, most, nowMs);
  }

  /** Of these jobs, each that waits or is blocked, with the reason why. */
  whyWaiting(jobs: readonly Job[], nowMs: number): Map<JobId, WaitReason> {
    return waitsOf(this.#state, jobs, nowMs);
  }
}

/** One beat of a peer. */
function pulse(turn: Turn, peer: Peer): void {
  if (peer.role !== 'runner') sessions.pulse(turn, peer, peer.session);
  else if (peer.via.kind === 'session') sessions.pulse(turn, peer, peer.via.session);
  else classic.pulse(turn, peer, peer.via);
}

const goneBecause = {
  'a restart': 'did not come back after the dispatcher restarted',
  'a stall': 'did not come back after the dispatcher stood still',
} as const;
