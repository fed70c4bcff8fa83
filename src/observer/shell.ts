/**
 * Owns the connections between the core and its world: link, git, clock, disk, story.
 * Never decides anything: each event goes in, and its effects are performed in their order.
 * Everything real comes as an argument, so that a simulated world can take its place.
 */

import { ask, type World as Wire } from '../link/ask.js';
import { type Link, openLink } from '../link/link.js';
import type { LinkEvent } from '../link/link-event.js';
import { type Address, formatAddress } from '../protocol/address.js';
import type { Hello } from '../protocol/bodies.js';
import { impossible } from '../protocol/impossible.js';
import type { Cancel } from '../world/clock.js';
import { exitCodes } from '../world/exit.js';
import type { Tell } from '../world/story.js';
import type { Token } from '../world/token.js';
import { Core, type Policy } from './core/core.js';
import type { Effect, Event } from './core/events.js';
import type { Handover } from './core/handover-queue.js';
import type { Known, RevList } from './core/news.js';
import { type Plan, planned } from './planning.js';
import type { Branches } from './repository.js';
import { Saving } from './saving.js';
import { narrator } from './story.js';
import { WatchedFolder } from './watched-folder.js';

/** What an observer needs around it. */
export interface World extends Wire {
  readonly repository: Branches;
  /** What is handed over of a commit, its jobs included. */
  readonly plan: Plan;
  /** Calls `hint` when a branch in that git folder may have moved. */
  readonly watch: (gitFolder: string, hint: () => void) => Cancel;
  /** Writes the positions; may throw (a full disk), which costs a repeated hand-over at most. */
  readonly save: (known: Known) => void;
  readonly tell: Tell;
  readonly exit: (code: number) => void;
}

export interface ObserverOptions extends Policy {
  readonly dispatcher: Address;
  readonly hello: Hello;
  readonly token?: Token | null;
  /** What an earlier observer saved; null at the first start of all. */
  readonly saved: Known | null;
}

export interface Observer {
  /** From now on it polls that often. */
  pollEvery(intervalMs: number): void;
  /** Waits a moment for what is outstanding, then exits. */
  drain(): void;
  /** Lets go of everything, without an exit. */
  close(): void;
}

/** How long a classic dispatcher may think about one commit. */
const answerWithinMs = 5_000;

/** Observes from now on, until it is closed or `exit` is called. */
export function observe(world: World, options: ObserverOptions): Observer {
  return new Shell(world, options);
}

class Shell implements Observer {
  readonly #world: World;
  readonly #dispatcher: Address;
  readonly #core: Core;
  readonly #link: Link;
  readonly #saving: Saving;
  readonly #narrate: ReturnType<typeof narrator>;
  #classic = false;
  /** The dispatcher knows what a job's steps are. */
  #takesWork = false;
  #planned: Promise<void> = Promise.resolve();
  #closed = false;
  #cancelWake: Cancel = () => {};
  readonly #watchedFolder: WatchedFolder;

  constructor(world: World, options: ObserverOptions) {
    this.#world = world;
    this.#dispatcher = options.dispatcher;
    this.#saving = new Saving(world);
    this.#watchedFolder = new WatchedFolder((folder) =>
      world.watch(folder, () => this.#handle({ kind: 'hint' })),
    );
    this.#core = new Core(options, options.saved);
    this.#narrate = narrator(formatAddress(options.dispatcher));
    this.#link = openLink(world, {
      address: options.dispatcher,
      hello: () => ({ ...options.hello, handedOver: this.#core.handedOver }),
      token: options.token ?? null,
      handle: (event) => this.#hear(event),
    });
    this.#handle({ kind: 'due' });
  }

  pollEvery(intervalMs: number): void {
    this.#handle({ kind: 'interval', intervalMs });
  }

  drain(): void {
    this.#handle({ kind: 'drain' });
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
    this.#watchedFolder.leave();
    this.#world.repository.close();
    this.#link.close();
    this.#saving.flush();
  }

  #handle(event: Event): void {
    if (this.#closed) return;
    const effects = this.#core.handle(event, this.#world.clock.nowMs());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'save':
        this.#saving.soon(effect.known);
        break;
      case 'send':
        this.#send(effect.handover);
        break;
      case 'publish':
        for (const told of this.#narrate(effect.notice)) this.#world.tell(told);
        break;
      case 'poll':
        this.#poll();
        break;
      case 'rev-list':
        this.#revList(effect.revList);
        break;
      case 'wake':
        this.#wakeAt(effect.atMs);
        break;
      case 'exit':
        this.#leave(exitCodes[effect.exit]);
        break;
      default:
        impossible(effect);
    }
  }

  #leave(exitCode: number): void {
    this.close();
    this.#world.exit(exitCode);
  }

  #hear(event: LinkEvent): void {
    switch (event.kind) {
      case 'session': {
        const { lacks = [], isNew = false } = event.welcome;
        this.#classic = false;
        this.#takesWork = event.welcome.knows?.includes('work') === true;
        if (lacks.length > 0 || isNew) this.#handle({ kind: 'forgotten', commits: lacks, isNew });
        this.#handle({ kind: 'session' });
        break;
      }
      case 'classic':
        this.#classic = true;
        this.#handle({ kind: 'classic' });
        break;
      case 'away':
        if (event.final) {
          const msg = `the dispatcher ${event.reason}: this observer leaves; nothing is lost`;
          this.#world.tell({ event: 'never-let-in', level: 'error', msg });
          this.#leave(exitCodes.usage);
        } else this.#handle(event);
        break;
      case 'message':
        if (event.message.verb === 'poll') this.#handle({ kind: 'hint' });
        if (event.message.verb === 'accepted') this.#handle({ ...event.message, kind: 'accepted' });
        break;
      case 'drained':
        // The window keeps what is unsent small: there is nothing to hold back.
        break;
      default:
        impossible(event);
    }
  }

  #send(handover: Handover): void {
    if (this.#classic) this.#sendClassic(handover);
    else this.#planned = this.#planned.then(() => this.#sendPlanned(handover));
  }

  /** One after the other, in the order in which they are to be served. */
  async #sendPlanned(handover: Handover): Promise<void> {
    if (this.#closed) return;
    const { commit, description } = handover;
    const body = this.#takesWork ? await planned(this.#world, handover) : description;
    // Where the dispatcher has gone away meanwhile, the core asks for it again.
    if (!this.#closed) this.#link.send({ verb: 'dispatch', commit, body });
  }

  #sendClassic({ commit, isAgain = false }: Handover): void {
    // It knows no branches, and would have the commit tested twice.
    if (isAgain) return this.#world.clock.soon(() => this.#handle({ kind: 'accepted', commit }));
    const request = { verb: 'dispatch', commit } as const;
    ask(this.#world, this.#dispatcher, request, answerWithinMs, (answer) => {
      const text = answer.kind === 'reply' ? answer.text.trim() : answer.reason;
      const taken = answer.kind === 'reply' && text.toUpperCase() === 'OK';
      this.#handle(taken ? { kind: 'accepted', commit } : { kind: 'refused', reason: text });
    });
  }

  #poll(): void {
    this.#watchRefs();
    this.#world.repository.poll().then(
      (poll) => {
        this.#handle({ kind: 'polled', ...poll });
        // A poll may have turned to another folder, where something may have happened since.
        if (!this.#closed && this.#watchRefs()) this.#handle({ kind: 'hint' });
      },
      (error: Error) => this.#fail(error),
    );
  }

  #revList(revList: RevList): void {
    // A rev-list that fails is told of as its branches' fault, and taken again after the next poll.
    this.#world.repository.revList(revList).then(
      (found) => this.#handle({ kind: 'listed', found }),
      (error: Error) => this.#handle({ kind: 'listed', found: error }),
    );
  }

  /** A git or a remote that fails is told and asked again; the next poll starts afresh. */
  #fail(error: Error): void {
    this.#watchedFolder.leave();
    this.#handle({ kind: 'failed', reason: error.message });
  }

  /** Before each poll, so that a change is either seen by the poll or hinted at after it. */
  #watchRefs(): boolean {
    return this.#watchedFolder.turnTo(this.#world.repository.watchable());
  }

  #wakeAt(atMs: number | null): void {
    this.#cancelWake();
    const { clock } = this.#world;
    if (atMs === null) return;
    const due = () => this.#handle({ kind: 'due' });
    this.#cancelWake = clock.after(Math.max(0, atMs - clock.nowMs()), due);
  }
}
