/**
 * Owns what each message of a session means: an event for the core, with what the store knows beside
 * it, or log bytes for their file. Never touches the socket, and never decides; it asks the core whether
 * a run may log, and the log files what they have.
 */

import type { SessionId } from '../../protocol/ids.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { Tell } from '../../world/story.js';
import type { DispatcherCore } from '../core/core.js';
import type { Event } from '../core/events.js';
import { isForWaiting } from '../store/no-room.js';
import type { Store } from '../store/store.js';
import type { DiskRoom } from './disk-room.js';
import type { LogRoom } from './log-room.js';
import { dispatched, isInStore } from './recall.js';
import { whyUnread } from './unread.js';

export interface IncomingOptions {
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: LogRoom;
  readonly handle: (event: Event) => void;
  readonly tell: Tell;
  /** For the store, while it cannot be read. */
  readonly reads: DiskRoom;
}

/** The session that a message came over. */
export interface Sender {
  readonly id: SessionId;
  send(message: SessionMessage): void;
  /** Says why and closes. */
  hangUp(says: string): void;
}

/** What became of a message that had to wait: it is done with, or to be heard again. */
export type Waited = 'done' | 'again';

type Of<Verb extends SessionMessage['verb']> = Extract<SessionMessage, { verb: Verb }>;

export class Incoming {
  readonly #options: IncomingOptions;
  readonly #isOnlyWatching: boolean;

  /** `isOnlyWatching`: it listens; what else it says ends it. */
  constructor(options: IncomingOptions, isOnlyWatching: boolean) {
    this.#options = options;
    this.#isOnlyWatching = isOnlyWatching;
  }

  /** Answers a promise where the next message must wait for this one. */
  receive(sender: Sender, message: SessionMessage): Promise<Waited> | null {
    const { handle } = this.#options;
    const { id: session } = sender;
    if (this.#isOnlyWatching && message.verb !== 'ping' && message.verb !== 'pong') {
      sender.hangUp('a spectator only listens');
      return null;
    }
    switch (message.verb) {
      case 'ping':
        sender.send({ verb: 'pong' });
        return null;
      case 'pong':
        handle({ kind: 'pong', session });
        return null;
      case 'dispatch':
        return this.#unlessUnread(sender, this.#dispatch(sender, message));
      case 'log':
        return this.#log(sender, message);
      case 'step':
        this.#step(sender, message);
        return null;
      case 'results':
        return this.#unlessUnread(sender, this.#results(sender, message));
      case 'handback':
        this.#handBack(sender, message);
        return null;
      case 'offer':
        handle({ kind: 'offer', session, offer: message.body });
        return null;
      case 'draining':
        handle({ kind: 'draining', session });
        return null;
      default:
        sender.hangUp(`${message.verb} is not for the dispatcher`);
        return null;
    }
  }

  /** Of what a session that ends had still to say: its runner has forgotten those runs. */
  receiveLast(sender: Sender, unheard: readonly SessionMessage[]): void {
    for (const message of unheard) {
      if (message.verb === 'handback') this.#handBack(sender, message);
    }
  }

  #handBack({ id: session }: Sender, { run, body: handback }: Of<'handback'>): void {
    this.#options.handle({ kind: 'handback', session, run, handback });
  }

  /** Where the disk does not give the store now, the message waits; where that is damaged, its sender goes. */
  async #unlessUnread(sender: Sender, done: Promise<Waited>): Promise<Waited> {
    const { reads, tell } = this.#options;
    try {
      return await done;
    } catch (error) {
      if (isForWaiting(error)) {
        await reads.waitForRoom(error);
        return 'again';
      }
      sender.hangUp(whyUnread(error, tell));
      return 'done';
    }
  }

  async #dispatch({ id: session }: Sender, { commit, body }: Of<'dispatch'>): Promise<Waited> {
    const { core, store, handle } = this.#options;
    const handover = { from: { session }, commit, description: body };
    handle(await dispatched(core, store, handover));
    return 'done';
  }

  #log(sender: Sender, message: Of<'log'>): Promise<Waited> | null {
    const { logs } = this.#options;
    try {
      const answer = logs.add(sender.id, message);
      if (answer !== null) sender.send(answer);
      return null;
    } catch (error) {
      return logs.disk.waitForRoom(error).then(() => 'again');
    }
  }

  #step(sender: Sender, message: Of<'step'>): void {
    const answer = this.#options.logs.step(sender.id, message);
    if (answer !== null) sender.send(answer);
  }

  async #results(sender: Sender, { run, body: report }: Of<'results'>): Promise<Waited> {
    const { core, store, logs, handle } = this.#options;
    try {
      const missing = await logs.seal(sender.id, run, report);
      if (missing !== null) {
        sender.send(missing);
        return 'done';
      }
    } catch (error) {
      await logs.disk.waitForRoom(error);
      return 'again';
    }
    // Even when the session ended meanwhile: the result is whole, and the core may want it.
    const inStore = await isInStore(core, store, run);
    handle({ kind: 'results', session: sender.id, run, report, inStore });
    return 'done';
  }
}
