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
import type { Question } from '../../protocol/questions.js';
import type { Recording } from '../../record/recording.js';
import type { Clock } from '../../world/clock.js';
import type { Tell } from '../../world/story.js';
import type { DispatcherCore } from '../core/core.js';
import type { Event, Reply, RequestId } from '../core/events.js';
import type { Documents } from '../documents/documents.js';
import type { Tap } from '../feed/tap.js';
import { answerSecret } from '../secrets/answers.js';
import type { Vault } from '../secrets/vault.js';
import type { Queries } from '../store/queries.js';
import type { Store } from '../store/store.js';
import * as answers from './answers.js';
import type { Auth } from './auth.js';
import type { LogRoom } from './log-room.js';
import { type Meant, meaning, meaningJobs } from './meaning.js';
import type { PendingConnection } from './pending-connection.js';
import { dispatched, histories } from './recall.js';
import { wordsFor } from './replies.js';
import { serveLog } from './serve-log.js';
import { serveWire } from './serve-wire.js';
import type { Sessions } from './sessions.js';
import { ifUnheard } from './unheard.js';
import { whyUnread } from './unread.js';
import { reportFromText } from './verdict-from-text.js';

export interface RequestRouterOptions {
  readonly clock: Clock;
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: LogRoom;
  readonly queries: Pick<Queries, 'flaky' | 'commits'>;
  readonly documents: Documents;
  readonly tap: Tap;
  readonly recording: Recording;
  readonly sessions: Sessions;
  readonly handle: (event: Event) => void;
  /** Resolves once everything that the core has decided is on disk. */
  readonly settled: () => Promise<void>;
  readonly auth: Auth;
  readonly vault: Vault;
  readonly tell: Tell;
  /** What a classic peer is told when all is well. */
  readonly ok: 'OK' | 'ok';
}

type Asked = 'dispatch' | 'register' | 'results' | 'result' | 'pause' | 'resume';

/** Requests that the core answers, once what they ask for is on disk. */
export type Wish =
  | Extract<Request, { verb: Asked }>
  | { readonly verb: 'poll'; readonly repository?: string }
  | { readonly verb: 'rerun'; readonly commit: Commit; readonly job: string | null }
  | { readonly verb: 'cancel'; readonly meant: Meant };

export class RequestRouter {
  readonly #options: RequestRouterOptions;
  readonly #waiting = new Map<RequestId, (reply: Reply) => void>();
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
    if (says === null) {
      // Where the store cannot be read, that is the answer: nothing has changed, one may ask again.
      this.#serve(pending, request, terminated).catch((error) =>
        pending.reply(`${whyUnread(error, this.#options.tell)}\n`),
      );
    } else if (request.verb !== 'hello') pending.reply(`Refused: ${says}\n`);
    else pending.reply(encodeSession({ verb: 'refused', body: { says } }));
  }

  /** Hears nobody any more: connections linger, and work for a disk may outlast the store. */
  close(): void {
    this.#isClosed = true;
  }

  /** The core's answer to a request. */
  reply(id: RequestId, reply: Reply): void {
    this.#waiting.get(id)?.(reply);
    this.#waiting.delete(id);
  }

  async #serve(pending: PendingConnection, request: Request, terminated: boolean): Promise<void> {
    const { clock, core, logs, settled, ok } = this.#options;
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
        await settled();
        // Classic peers send the bare word and compare the answer; people press Enter.
        pending.reply(terminated ? answers.status(core, logs, clock.nowMs()) : ok);
        break;
      case 'verdict':
      case 'why':
      case 'log':
      case 'rerun': {
        const commit = await meaning(this.#options, pending, request.commit);
        if (commit === null) break;
        const about = { commit, job: request.job };
        if (request.verb === 'rerun') await this.#ask(pending, { verb: 'rerun', ...about });
        else if (request.verb === 'log') {
          await serveLog(pending, { ...about, run: request.run }, logs);
        } else if (request.verb === 'why') {
          pending.reply(await answers.why(this.#options, about, clock.nowMs()));
        } else pending.reply(await answers.verdict(this.#options, about));
        break;
      }
      case 'cancel': {
        const meant = await meaningJobs(this.#options, pending, request.jobs);
        if (meant !== null) await this.#ask(pending, { verb: 'cancel', meant });
        break;
      }
      case 'wire':
        serveWire(pending, request.after, this.#options.recording);
        break;
      case 'ask':
        pending.reply(`${JSON.stringify(await this.#document(request.body))}\n`);
        break;
      case 'secret': {
        const { vault, tell, queries } = this.#options;
        const answer = await answerSecret(vault, request.body, tell);
        const note = answer.startsWith('OK') ? await ifUnheard(queries, request) : '';
        pending.reply(`${answer}${note}`);
        break;
      }
      case 'ping':
      case 'runtest':
        pending.reply('Invalid command');
        break;
      case 'pause':
        await this.#ask(pending, request, await ifUnheard(this.#options.queries, request));
        break;
      default:
        await this.#ask(pending, request);
        break;
    }
  }

  /** What the core answers to that, once it is on disk. */
  wish(wish: Wish, remoteHost: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#put(wish, remoteHost, resolve).catch(reject);
    });
  }

  /** `note`: a sentence that a person is told besides, when all is well. */
  #ask(pending: PendingConnection, wish: Wish, note = ''): Promise<void> {
    const answer = (reply: Reply) =>
      pending.reply(`${wordsFor(reply, this.#options.ok)}${reply.kind === 'done' ? note : ''}`);
    return this.#put(wish, pending.connection.remoteHost, answer);
  }

  async #put(wish: Wish, remoteHost: string, answer: (reply: Reply) => void): Promise<void> {
    const { handle } = this.#options;
    this.#counter += 1;
    const request = this.#counter;
    const event = await this.#eventOf(wish, request, remoteHost);
    this.#waiting.set(request, answer);
    if (!this.#isClosed) handle(event);
  }

  /** Where the past cannot be read now, that is the answer: whoever asks may ask again. */
  async #document(question: Question): Promise<object> {
    try {
      return await this.#options.documents.answer(question);
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What the core is told of it, with what the store knows of the commit. */
  async #eventOf(wish: Wish, request: RequestId, remoteHost: string): Promise<Event> {
    const { core, store } = this.#options;
    switch (wish.verb) {
      case 'dispatch': {
        const description = { branch: '', author: '', subject: '' };
        return dispatched(core, store, { from: { request }, commit: wish.commit, description });
      }
      case 'register': {
        const { host, port } = wish;
        return { kind: 'registered', request, address: { host, port }, remoteHost };
      }
      case 'results':
      case 'result':
        return this.#keepResult(request, wish.commit, wish.body);
      case 'rerun': {
        const { verb: kind, commit, job } = wish;
        return { kind, request, commit, job, histories: await histories(core, store, commit) };
      }
      case 'cancel': {
        const { verb: kind, meant } = wish;
        if ('branch' in meant) return { kind: 'cancel-branch', request, ...meant };
        const known = await histories(core, store, meant.commit);
        return { kind, request, ...meant, histories: known };
      }
      case 'poll': {
        const { verb: kind, ...which } = wish;
        return { kind, request, ...which };
      }
      case 'pause':
      case 'resume':
        return { kind: 'pause', request, what: wish.what, isPaused: wish.verb === 'pause' };
      default:
        return impossible(wish);
    }
  }

  #open(pending: PendingConnection, { body }: Request & { verb: 'hello' }): void {
    // Its work is done: nothing further in sees the token, so nothing can tell or store it.
    const { token: _, ...hello } = body;
    this.#options.sessions.open(pending, hello);
  }

  async #keepResult(request: RequestId, commit: Commit, output: Uint8Array): Promise<Event> {
    const { core, logs } = this.#options;
    // The log of a run begins empty when its lease is written.
    await this.#options.settled();
    const named = core.classicRunOf(commit);
    // Two that tested the commit may send at once, as one that lost its lease does: one of them counts.
    const run = named !== null && (await logs.keep(named, output)) ? named : null;
    return { kind: 'classic-results', request, commit, run, report: reportFromText(output) };
  }
}
