/**
 * Owns what becomes of a request: an event for the core, an answer from what is known, a session,
 * or a reader of a log. Counts no connections; admission does.
 * Never changes a job: that takes an event.
 */

import { encodeSession } from '../../protocol/encoder.js';
import { help } from '../../protocol/help.js';
import type { Commit } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { Request } from '../../protocol/messages.js';
import type { Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Event, Reply, RequestId } from '../core/events.js';
import type { Tap } from '../feed/tap.js';
import type { Store } from '../store/store.js';
import * as answers from './answers.js';
import type { Auth } from './auth.js';
import { serveLog } from './followers.js';
import type { LogRoom } from './log-room.js';
import { type Meant, meaning, meaningJobs } from './meaning.js';
import type { PendingConnection } from './pending-connection.js';
import { dispatched, histories } from './recall.js';
import { wordsFor } from './replies.js';
import type { Sessions } from './sessions.js';
import { reportFromText } from './verdict-from-text.js';

export interface RequestRouterOptions {
  readonly clock: Clock;
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: LogRoom;
  readonly tap: Tap;
  readonly sessions: Sessions;
  readonly handle: (event: Event) => void;
  /** Calls once everything that the core has decided is on disk. */
  readonly settled: (call: () => void) => void;
  readonly auth: Auth;
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
  #counter = 0;
  #isClosed = false;

  constructor(options: RequestRouterOptions) {
    this.#options = options;
  }

  /** A pending connection's request. `terminated`: a newline ended it, as people's do. */
  hear(pending: PendingConnection, request: Request, terminated: boolean): void {
    if (this.#isClosed) return;
    const { isTrusted, connection, id } = pending;
    this.#options.tap.request({ connection: id, peer: connection.remoteHost }, 'in', request);
    const says = this.#options.auth.refuses(request, isTrusted, connection.remoteHost);
    if (says === null) this.#serve(pending, request, terminated);
    else if (request.verb !== 'hello') pending.reply(`Refused: ${says}\n`);
    else pending.reply(encodeSession({ verb: 'refused', body: { says } }));
  }

  /** Hears nobody any more: connections linger, and work for a disk may outlast the store. */
  close(): void {
    this.#isClosed = true;
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
    const { handle, core, store } = this.#options;
    this.#counter += 1;
    const request = this.#counter;
    this.#waiting.set(request, pending);
    switch (wish.verb) {
      case 'dispatch': {
        const description = { branch: '', author: '', subject: '' };
        const { commit } = wish;
        handle(dispatched(core, store, { from: { request }, commit, description }));
        break;
      }
      case 'register': {
        const { host, port } = wish;
        const { remoteHost } = pending.connection;
        handle({ kind: 'registered', request, address: { host, port }, remoteHost });
        break;
      }
      case 'results':
      case 'result':
        void this.#keepResult(request, wish.commit, wish.body);
        break;
      case 'rerun': {
        const { verb: kind, commit, job } = wish;
        handle({ kind, request, commit, job, histories: histories(core, store, commit) });
        break;
      }
      case 'cancel': {
        const { verb: kind, meant } = wish;
        if ('branch' in meant) handle({ kind: 'cancel-branch', request, ...meant });
        else handle({ kind, request, ...meant, histories: histories(core, store, meant.commit) });
        break;
      }
      case 'poll':
        handle({ kind: 'poll', request });
        break;
      default:
        impossible(wish);
    }
  }

  #open(pending: PendingConnection, { body }: Request & { verb: 'hello' }): void {
    // Its work is done: nothing further in sees the token, so nothing can tell or store it.
    const { token: _, ...hello } = body;
    this.#options.sessions.open(pending, hello);
  }

  async #keepResult(request: RequestId, commit: Commit, output: Uint8Array): Promise<void> {
    const { core, logs, handle } = this.#options;
    const run = core.classicRunOf(commit);
    if (run !== null) await logs.keep(run, output);
    const report = reportFromText(output);
    handle({ kind: 'classic-results', request, commit, run, report });
  }
}
