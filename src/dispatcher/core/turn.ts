/**
 * Owns one handling of one event: the state it may change and the effects it gathers.
 * Never reads a clock: the time is given, and is the same throughout the turn.
 */

import type { Address } from '../../protocol/address.js';
import type { Commit, Pausable, RunId, SessionId } from '../../protocol/ids.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { TestReport } from '../../protocol/tests.js';
import type { Effect, Notice, Reply, RequestId, Send } from './events.js';
import type { Job } from './job.js';
import { Jobs } from './jobs.js';
import type { Entry, JobId } from './journal.js';
import { Pauses, setPause } from './pauses.js';
import type { Peer } from './peers.js';
import { Pool } from './pool.js';
import { returnWithinMs } from './rules.js';
import { noSettings, type Settings } from './settings.js';

/** All that the core remembers between two events. */
export class State {
  readonly pauses = new Pauses();
  readonly jobs = new Jobs((repository) => this.pauses.has(`repository:${repository}`));
  readonly pool = new Pool();
  /** Names of repositories that were ever spoken of. */
  readonly repositories: Set<string>;
  /** Eight hex digits that no other start of a dispatcher had. */
  readonly start: string;
  readonly classicRunMaxMs: number;
  readonly retriesFlaky: boolean;
  /** Who found no partner, since when. */
  readonly unmatched = new Map<string, { readonly sinceMs: number; readonly isTold: boolean }>();
  settings: Settings;
  nextJob: JobId;
  nextRun = 1;
  draining = false;
  beats = 0;
  /** Since when runners may come back with their runs, and why they were away. */
  awake: { readonly sinceMs: number; readonly after: 'a restart' | 'a stall' };
  /** Until then nothing is leased: what has come while it stood still is heard first. */
  listensUntilMs = 0;

  constructor(initial: InitialState, nowMs: number) {
    this.awake = { sinceMs: nowMs, after: 'a restart' };
    this.repositories = new Set(initial.repositories);
    this.start = initial.start;
    this.nextJob = initial.nextJob;
    this.classicRunMaxMs = initial.classicRunMaxMs;
    this.retriesFlaky = initial.retriesFlaky ?? false;
    this.settings = initial.settings ?? noSettings;
    for (const what of initial.paused) setPause(this, what, true);
  }

  /** A runner that names no repository cannot be trusted with any then. */
  get severalRepositories(): boolean {
    return this.repositories.size > 1;
  }
}

/** What a core starts from. */
export interface InitialState {
  readonly start: string;
  readonly nextJob: JobId;
  readonly repositories: Iterable<string>;
  /** Where classic runners were registered before; they are looked for. */
  readonly classicRunners: readonly Address[];
  readonly paused: readonly Pausable[];
  /** None where it is not said. */
  readonly settings?: Settings;
  /** A classic runner cannot end a suite that hangs; after so long we stop waiting for it. */
  readonly classicRunMaxMs: number;
  /** Whether a job whose tests failed is run once more (flaky.ts). */
  readonly retriesFlaky?: boolean;
}

type WithoutTime<E> = E extends unknown ? Omit<E, 'atMs'> : never;

export class Turn {
  readonly state: State;
  readonly nowMs: number;
  readonly #append: Entry[] = [];
  readonly #listChanges: Effect[] = [];
  readonly #tested: Effect[] = [];
  readonly #sends: Send[] = [];
  readonly #notices: Notice[] = [];

  constructor(state: State, nowMs: number) {
    this.state = state;
    this.nowMs = nowMs;
  }

  /** All that was asked for, in the order in which it is to be performed. */
  get effects(): Effect[] {
    return [
      ...this.#append.map((entry) => ({ kind: 'append', entry }) as const),
      ...this.#listChanges,
      ...this.#tested,
      ...this.#sends,
      ...this.#notices.map((notice) => ({ kind: 'publish', notice }) as const),
    ];
  }

  /** Whether runs that nobody holds may still come back with their runners. */
  get isAwaitingReturns(): boolean {
    return this.nowMs - this.state.awake.sinceMs < returnWithinMs;
  }

  /** Whether it is too early to lease anything: who is still there is about to be heard. */
  get isListening(): boolean {
    return this.nowMs < this.state.listensUntilMs;
  }

  /** Changes the job now, and asks for the entry to be made durable before anything is sent. */
  append(entry: WithoutTime<Entry>): Job {
    const timed = { ...entry, atMs: this.nowMs } as Entry;
    this.#append.push(timed);
    return this.state.jobs.apply(timed);
  }

  /** Applies entries that are on disk already: a finished job that is spoken of again. */
  recall(histories: readonly (readonly Entry[])[]): void {
    for (const history of histories) {
      const [first] = history;
      if (first !== undefined && this.state.jobs.get(first.job) === undefined) {
        this.state.jobs.recall(history);
      }
    }
  }

  /** Whether that classic runner is to be looked for after a restart of ours. */
  register(address: Address, isKept: boolean): void {
    this.#listChanges.push({ kind: 'register', address, isKept });
    this.publish({ kind: isKept ? 'registered' : 'forgotten', address });
  }

  /** What a run's tests came to is to be kept, beside the entry that tells of its end. */
  keepTests(job: JobId, run: RunId, tests: TestReport): void {
    this.#tested.push({ kind: 'tested', tested: { job, run, atMs: this.nowMs, tests } });
  }

  /** Whether that is paused after a restart of ours, too. */
  pause(what: Pausable, isKept: boolean): void {
    this.#listChanges.push({ kind: 'pause', what, isKept });
    this.publish({ kind: isKept ? 'paused' : 'unpaused', what });
  }

  send(session: SessionId, message: SessionMessage): void {
    this.#sends.push({ kind: 'send', session, message });
  }

  ask(send: Send & { kind: 'ask' }): void {
    this.#sends.push(send);
  }

  /** Asks a session for a sign of life. */
  ping(peer: Peer, session: SessionId): void {
    peer.pingsSent += 1;
    this.send(session, { verb: 'ping' });
  }

  hangUp(session: SessionId, says: string): void {
    this.#sends.push({ kind: 'hang-up', session, says });
  }

  reply(request: RequestId, reply: Reply): void {
    this.#sends.push({ kind: 'reply', request, reply });
  }

  publish(notice: Notice): void {
    this.#notices.push(notice);
  }

  jobsOf(commit: Commit): Job[] {
    return this.state.jobs.ofCommit(commit);
  }
}
