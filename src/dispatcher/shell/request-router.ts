/**
 * Owns what becomes of a request: an event for the core, an answer from what is known, a session,
 * or a reader of a log. Counts no connections; admission does.
 * Never changes a job: that takes an event.
 */

import type { Report } from '../../protocol/bodies.js';
import { encodeSession } from '../../protocol/encoder.js';
import { help } from '../../protocol/help.js';
import { type Commit, type RunId, type SessionId, sessionId } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import { heartbeatEveryMs, restingHeartbeats } from '../../protocol/limits.js';
import type { Request, SessionMessage } from '../../protocol/messages.js';
import { type Clock, onceHeard } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Event, Reply, RequestId } from '../core/events.js';
import type { Store } from '../store/store.js';
import * as answers from './answers.js';
import type { Auth } from './auth.js';
import { serveLog } from './followers.js';
import type { LogRoom } from './log-room.js';
import { type Meant, meaning, meaningJobs } from './meaning.js';
import type { PendingConnection } from './pending-connection.js';
import { heldRuns, histories, missing } from './recall.js';
import { wordsFor } from './replies.js';
import { Session } from './session.js';
import { reportFromText } from './verdict-from-text.js';

export interface RequestRouterOptions {
  readonly clock: Clock;
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: LogRoom;
  readonly feed: (event: Event) => void;
  /** Calls once everything that the core has decided is on disk. */
  readonly settled: (call: () => void) => void;
  readonly auth: Auth;
  /** Eight hex digits, new at every start: sessions are named after it. */
  readonly start: string;
  /** What a classic peer is told when all is well. */
  readonly ok: 'OK' | 'ok';
}

/** Requests that the core answers, once what they ask for is on disk. */
type Wish =
  | Extract<Request, { verb: 'dispatch' | 'register' | 'results' | 'result' | 'poll' }>
  | { readonly verb: 'rerun'; readonly commit: Commit; readonly job: string | null }
  | { readonly verb: 'cancel'; readonly meant: Meant };

export class RequestRouter {
  readonly #options: RequestRouterOptions;
  readonly #waiting = new Map<RequestId, PendingConnection>();
  readonly #sessions = new Map<SessionId, Session>();
  #counter = 0;
  #isClosed = false;

  constructor(options: RequestRouterOptions) {
    this.#options = options;
  }

  /** A pending connection's request. `terminated`: a newline ended it, as people's do. */
  hear(pending: PendingConnection, request: Request, terminated: boolean): void {
    if (this.#isClosed) return;
    const { isTrusted, connection } = pending;
    const says = this.#options.auth.refuses(request, isTrusted, connection.remoteHost);
    if (says === null) this.#serve(pending, request, terminated);
    else if (request.verb !== 'hello') pending.reply(`Refused: ${says}\n`);
    else pending.reply(encodeSession({ verb: 'refused', body: { says } }));
  }

  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Hears nobody any more: connections linger, and work for a disk may outlast the store. */
  close(): void {
    this.#isClosed = true;
  }

  /** Who waits for our disk cannot be heard, and must not be called silent for it. */
  vouchForWaiting(): void {
    for (const [id, session] of this.#sessions) {
      if (session.isWaitingForDisk) this.#options.feed({ kind: 'heard', session: id });
    }
  }

  /** The core's answer to a request. */
  reply(id: RequestId, reply: Reply): void {
    this.#waiting.get(id)?.reply(wordsFor(reply, this.#options.ok));
    this.#waiting.delete(id);
  }

  #serve(pending: PendingConnection, request: Request, terminated: boolean): void {
    const { clock, core, store, logs, settled, ok } = this.#options;
    const nowMs = clock.nowMs();
    switch (request.verb) {
      case 'token':
        pending.trust();
        break;
      case 'hello':
        this.#open(pending, request);
        break;
      case 'help':
        pending.reply(help());
        break;
      case 'status':
        // Classic peers send the bare word and compare the answer; people press Enter.
        settled(() => pending.reply(terminated ? answers.status(core, nowMs) : ok));
        break;
      case 'verdict':
        meaning(this.#options, pending, request.commit, (commit) =>
          settled(() => pending.reply(answers.verdict(core, store, { ...request, commit }))),
        );
        break;
      case 'why':
        meaning(this.#options, pending, request.commit, (commit) =>
          settled(() => pending.reply(answers.why(core, store, { ...request, commit }, nowMs))),
        );
        break;
      case 'log':
        meaning(this.#options, pending, request.commit, (commit) =>
          serveLog(pending, { ...request, commit }, store, logs.followers),
        );
        break;
      case 'rerun':
        meaning(this.#options, pending, request.commit, (commit) =>
          this.#ask(pending, { ...request, commit }),
        );
        break;
      case 'cancel':
        meaningJobs(this.#options, pending, request.jobs, (meant) =>
          this.#ask(pending, { verb: 'cancel', meant }),
        );
        break;
      case 'ping':
      case 'runtest':
        pending.reply('Invalid command');
        break;
      default:
        this.#ask(pending, request);
        break;
    }
  }

  #ask(pending: PendingConnection, wish: Wish): void {
    const { feed, core, store } = this.#options;
    this.#counter += 1;
    const request = this.#counter;
    this.#waiting.set(request, pending);
    switch (wish.verb) {
      case 'dispatch': {
        const description = { branch: '', author: '', subject: '' };
        this.#dispatch({ request }, wish.commit, description);
        break;
      }
      case 'register': {
        const { host, port } = wish;
        const { remoteHost } = pending.connection;
        feed({ kind: 'registered', request, address: { host, port }, remoteHost });
        break;
      }
      case 'results':
      case 'result':
        void this.#keepResult(request, wish.commit, wish.body);
        break;
      case 'rerun': {
        const { verb: kind, commit, job } = wish;
        feed({ kind, request, commit, job, histories: histories(core, store, commit) });
        break;
      }
      case 'cancel': {
        const { verb: kind, meant } = wish;
        if ('branch' in meant) feed({ kind: 'cancel-branch', request, ...meant });
        else feed({ kind, request, ...meant, histories: histories(core, store, meant.commit) });
        break;
      }
      case 'poll':
        feed({ kind: 'poll', request });
        break;
      default:
        impossible(wish);
    }
  }

  #open(pending: PendingConnection, { body }: Request & { verb: 'hello' }): void {
    // Its work is done: nothing further in sees the token, so nothing can tell or store it.
    const { token: _, ...hello } = body;
    const { clock, feed, store, logs, start } = this.#options;
    this.#counter += 1;
    const id = sessionId(start, this.#counter);
    const session = new Session(id, pending.connection, {
      feed,
      dispatch: ({ commit, body }) => this.#dispatch({ session: id }, commit, body),
      log: (message) => logs.add(id, message),
      seal: (run, report) => logs.seal(id, run, report),
      waitForRoom: (error) => logs.waitForRoom(error),
      results: (run, report) => this.#results(id, run, report),
      gone: () => this.#sessions.delete(id),
    });
    this.#sessions.set(id, session);
    const lacking = missing(store, hello);
    const rest = hello.knows.includes('rests') ? { restingHeartbeats } : {};
    session.send({ verb: 'welcome', body: { session: id, heartbeatEveryMs, ...rest, ...lacking } });
    session.read(pending.handOver(session.handle));
    // Whoever has gone away again, tired of waiting for us, is nobody to be given anything.
    onceHeard(clock, () => {
      if (session.isClosed || this.#isClosed) return;
      const held = heldRuns(store, logs, hello);
      feed({ kind: 'joined', session: id, hello, held, lacks: lacking.lacks?.length ?? 0 });
      session.open();
    });
  }

  #dispatch(
    from: (Event & { kind: 'dispatch' })['from'],
    commit: Commit,
    description: (SessionMessage & { verb: 'dispatch' })['body'],
  ): void {
    if (this.#isClosed) return;
    const { feed, core, store } = this.#options;
    const known = histories(core, store, commit);
    feed({ kind: 'dispatch', from, commit, description, histories: known });
  }

  #results(session: SessionId, run: RunId, report: Report): void {
    if (this.#isClosed) return;
    const recorded = this.#options.store.isRecorded(run);
    this.#options.feed({ kind: 'results', session, run, report, recorded });
  }

  async #keepResult(request: RequestId, commit: Commit, output: Uint8Array): Promise<void> {
    const { core, logs, feed } = this.#options;
    const run = core.classicRunOf(commit);
    if (run !== null) await logs.keep(run, output);
    const report = reportFromText(output);
    feed({ kind: 'classic-results', request, commit, run, report });
  }
}
