/**
 * Owns the client's end of the wire: finding the dispatcher, introducing ourselves, staying
 * connected, and noticing when it is a classic one. Runner and observer share it, and those who only
 * watch: the observer's notes, `trivet watch`.
 * Never knows what a message means beyond `welcome`, `refused` and the heartbeat.
 *
 *            connect + hello            welcome
 *   away ----------------> introducing ---------> session
 *    ^ ^                        | "Invalid command"   |
 *    | |                        v                     | closed, or silent too long
 *    | +-------------------- classic                  |
 *    |     no answer to status                        |
 *    +------------------------------------------------+        away waits, then tries again
 */

import type { Address } from '../protocol/address.js';
import type { Hello, Welcome } from '../protocol/bodies.js';
import { type Decoder, sessionDecoder } from '../protocol/decoder.js';
import { encodeRequest, encodeSession } from '../protocol/encoder.js';
import { impossible } from '../protocol/impossible.js';
import { missedPingsMax } from '../protocol/limits.js';
import type { SessionMessage } from '../protocol/messages.js';
import { type Cancel, every } from '../world/clock.js';
import type { Connection, ConnectionEvent } from '../world/network.js';
import type { Token } from '../world/token.js';
import type { World } from './ask.js';
import { watchClassic } from './classic-watch.js';
import type { LinkEvent } from './link-event.js';

export interface Link {
  /** Sends over the session, if there is one. False: there is no room, wait for `drained`. */
  send(message: SessionMessage): boolean;
  /** Leaves the session for another, with another `hello`. What was sent before is still delivered. */
  introduceAgain(): void;
  /** Closes for good; no event comes after. What was sent before is still delivered. */
  close(): void;
}

export interface LinkOptions {
  readonly address: Address;
  /** Asked anew at every connection: the runs in hand change. */
  readonly hello: () => Hello;
  /** What the dispatcher may want to see before it lets us in. */
  readonly token?: Token | null;
  /** Whether a dispatcher may ping us less often, as nothing is in hand. */
  readonly isResting?: () => boolean;
  readonly handle: (event: LinkEvent) => void;
}

/** Quick at first, so that a restarted dispatcher has its runners back within a second. */
const retryFirstMs = 50;
const retryMostMs = 1_000;

/**
 * A dispatcher that is stopped still accepts connections; it just never answers. Once it goes on it
 * hears them all, so we leave it fewer and fewer: each waits twice as long as the one before.
 */
const welcomeWithinMs = 3_000;
const welcomeMostMs = 24_000;

const classicRefusal = 'Invalid command';

/** Looks for the dispatcher until it is closed; `handle` hears each change and each message. */
export function openLink(world: World, options: LinkOptions): Link {
  return new SessionLink(world, options);
}

class SessionLink implements Link {
  readonly #world: World;
  readonly #options: LinkOptions;
  #connection: Connection | null = null;
  #decoder: Decoder<SessionMessage> | null = null;
  #state: 'away' | 'introducing' | 'session' | 'classic' | 'closed' = 'away';
  #firstWords = '';
  #retryInMs = retryFirstMs;
  #patienceMs = welcomeWithinMs;
  #missedBeats = 0;
  #wasWelcome = false;
  #cancelTimer: Cancel = () => {};

  constructor(world: World, options: LinkOptions) {
    this.#world = world;
    this.#options = options;
    this.#cancelTimer = world.clock.after(0, () => this.#introduce());
  }

  send(message: SessionMessage): boolean {
    if (this.#state !== 'session' || this.#connection === null) return true;
    return this.#connection.write(encodeSession(message));
  }

  introduceAgain(): void {
    if (this.#state !== 'session') return;
    this.#connection?.end();
    this.#introduce();
  }

  close(): void {
    this.#state = 'closed';
    this.#cancelTimer();
    this.#connection?.end();
  }

  #introduce(): void {
    this.#state = 'introducing';
    this.#firstWords = '';
    this.#decoder = sessionDecoder();
    const { hello: introduce, token } = this.#options;
    const body = { ...introduce(), ...(token == null ? {} : { token: token.reveal() }) };
    const hello = encodeRequest({ verb: 'hello', body });
    const connection = this.#world.network.connect(this.#options.address, (event) => {
      if (this.#connection !== connection || this.#state === 'closed') return;
      if (event.kind !== 'opened') return this.#hear(event);
      connection.write(Buffer.concat([hello, Buffer.from('\n')]));
      this.#giveUpAfter(this.#patienceMs);
      this.#patienceMs = Math.min(2 * this.#patienceMs, welcomeMostMs);
    });
    this.#connection = connection;
    this.#giveUpAfter(welcomeWithinMs);
  }

  #giveUpAfter(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#world.clock.after(delayMs, () => this.#goAway('does not answer'));
  }

  #hear(event: Exclude<ConnectionEvent, { kind: 'opened' }>): void {
    switch (event.kind) {
      case 'bytes':
        this.#missedBeats = 0;
        if (this.#state === 'introducing' && this.#isClassic(event.bytes)) return;
        this.#read(event.bytes);
        break;
      case 'drained':
        this.#options.handle({ kind: 'drained' });
        break;
      case 'ended':
        this.#leave('closed its connection');
        break;
      case 'closed':
        this.#leave(event.reason);
        break;
      default:
        impossible(event);
    }
  }

  /** A classic dispatcher answers `hello` with two words, one of ours never with just these. */
  #isClassic(bytes: Buffer): boolean {
    this.#firstWords += bytes.toString('latin1');
    return classicRefusal.startsWith(this.#firstWords.slice(0, classicRefusal.length));
  }

  #leave(reason: string): void {
    if (this.#state === 'introducing' && this.#firstWords === classicRefusal) {
      this.#drop();
      this.#becomeClassic();
    } else {
      const said = this.#firstWords.startsWith(`${classicRefusal}:`) ? this.#firstWords : reason;
      this.#goAway(said.trim());
    }
  }

  #read(bytes: Buffer): void {
    for (const decoded of this.#decoder?.push(bytes) ?? []) {
      if (decoded.kind === 'message') this.#receive(decoded.message);
      else this.#goAway(`is not understood: ${decoded.fault.says.trim()}`);
    }
  }

  #receive(message: SessionMessage): void {
    switch (message.verb) {
      case 'welcome':
        this.#becomeSession(message.body);
        break;
      case 'refused':
        // Before a session it will be said again, so there is no hurry. In a session it means that we
        // were taken for dead: the sooner we are back, the sooner we learn what we lost.
        this.#retryInMs = this.#state === 'session' ? retryFirstMs : retryMostMs;
        this.#goAway(`refuses us: ${message.body.says}`, true);
        break;
      case 'ping':
        this.send({ verb: 'pong' });
        break;
      case 'pong':
        break;
      default:
        if (this.#state === 'session') this.#options.handle({ kind: 'message', message });
    }
  }

  #becomeSession(welcome: Welcome): void {
    if (this.#state !== 'introducing') return;
    this.#state = 'session';
    this.#wasWelcome = true;
    this.#retryInMs = retryFirstMs;
    this.#patienceMs = welcomeWithinMs;
    this.#missedBeats = 0;
    this.#cancelTimer();
    // Beats, not milliseconds, are counted: after a freeze of ours one beat is late, not many.
    this.#cancelTimer = every(this.#world.clock, welcome.heartbeatEveryMs, () => {
      this.#missedBeats += 1;
      const isResting = this.#options.isResting?.() === true;
      const heartbeats = isResting ? (welcome.restingHeartbeats ?? 1) : 1;
      if (this.#missedBeats >= missedPingsMax + heartbeats) this.#goAway('fell silent');
      // The one ping in a long while did not come: whoever is there answers ours.
      else if (heartbeats > 1 && this.#missedBeats > heartbeats) this.send({ verb: 'ping' });
    });
    this.#options.handle({ kind: 'session', welcome });
  }

  #becomeClassic(): void {
    this.#cancelTimer = watchClassic(this.#world, this.#options.address, {
      found: (dialect) => {
        this.#state = 'classic';
        this.#retryInMs = retryFirstMs;
        this.#options.handle({ kind: 'classic', dialect });
      },
      lost: (reason) => this.#goAway(reason),
    });
  }

  #goAway(reason: string, refused = false): void {
    if (this.#state === 'closed') return;
    this.#drop();
    const final = refused && !this.#wasWelcome;
    this.#state = final ? 'closed' : 'away';
    const retryInMs = this.#retryInMs;
    this.#retryInMs = Math.min(2 * retryInMs, retryMostMs);
    if (!final) this.#cancelTimer = this.#world.clock.after(retryInMs, () => this.#introduce());
    this.#options.handle({ kind: 'away', reason, refused, final });
  }

  #drop(): void {
    this.#cancelTimer();
    this.#connection?.destroy();
    this.#connection = null;
  }
}
