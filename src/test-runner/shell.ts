/**
 * Owns the connection between the core and its world: events go in, effects are performed in
 * their order: over the link, in the executor, or to a classic dispatcher. Never decides.
 * Its world comes as an argument, so that another can be simulated.
 */

import { type Link, openLink } from '../link/link.js';
import type { LinkEvent } from '../link/link-event.js';
import { impossible } from '../protocol/impossible.js';
import { type Cancel, every } from '../world/clock.js';
import { exitCodes } from '../world/exit.js';
import { nobody } from '../world/hosts.js';
import type { Connection, ConnectionHandler, Listener } from '../world/network.js';
import { ClassicDispatcher } from './classic/dispatcher.js';
import { listen } from './classic/listen.js';
import { Core } from './core/core.js';
import type { Effect, Event } from './core/events.js';
import type { Executor } from './executor.js';
import type { RunnerOptions, World } from './given.js';
import { introduce } from './introduction.js';
import { Runs } from './runs.js';
import { Story } from './story.js';

export interface Runner {
  /** The executor offers something else by now, perhaps with more slots. */
  renew(): void;
  /** Finishes and delivers what is in hand, then exits. */
  drain(): void;
  /** Ends all suites' trees and hands their runs back, without waiting. */
  abort(): void;
  /** Resolves once nothing is at work, neither a suite nor what is done after one. */
  settled(): Promise<void>;
}

/** How often what could not be opened, registered or delivered is tried again. */
const tickEveryMs = 1_000;

/**
 * Listens, takes over what the executor's slots have kept, and looks for the dispatcher. Rejects with
 * a `UsageError` where there is no port to be had.
 */
export async function startRunner(
  world: World,
  options: RunnerOptions,
  executor: Executor,
): Promise<Runner> {
  let shell: Shell | null = null;
  const listener = await listen(world.network, options.host, options.port, (connection) => {
    if (shell !== null) return shell.accept(connection);
    connection.destroy();
    return () => {};
  });
  shell = new Shell(world, options, executor, listener);
  return shell;
}

class Shell implements Runner {
  readonly #world: World;
  readonly #options: RunnerOptions;
  readonly #listener: Listener;
  readonly #core: Core;
  readonly #link: Link;
  readonly #executor: Executor;
  readonly #runs: Runs;
  readonly #classicDispatcher: ClassicDispatcher;
  readonly #story: Story;
  readonly #cancelTick: Cancel;

  constructor(world: World, options: RunnerOptions, executor: Executor, listener: Listener) {
    this.#world = world;
    this.#options = options;
    this.#listener = listener;
    this.#executor = executor;
    this.#story = new Story(world.tell, options);
    this.#runs = new Runs(world.clock, executor, options.logBytesMax, {
      send: (message) => this.#link.send(message),
      shipped: (run) => this.#handle({ kind: 'shipped', run }),
      starting: (run, command) => this.#story.starting(run, command),
      stepped: (run, body) => void this.#link.send({ verb: 'step', run, body }),
      ended: (run, ending) => this.#handle({ kind: 'ended', run, ending }),
      logLost: (run) => this.#handle({ kind: 'log-lost', run }),
    });
    const kept = this.#runs.adopt();
    this.#core = new Core({ offer: executor.offer, kept, localStart: options.localStart });
    this.#classicDispatcher = new ClassicDispatcher(world, {
      dispatcher: options.dispatcher,
      mayDial: options.mayDial ?? nobody,
      feed: (event) => this.#handle(event),
    });
    this.#story.opened(listener.address, kept);
    this.#link = openLink(world, {
      address: options.dispatcher,
      hello: () => {
        this.#handle({ kind: 'introducing' });
        return introduce(options, this.#core.offer, this.#core.inHand());
      },
      token: options.token ?? null,
      isResting: () => this.#core.inHand().length === 0,
      handle: (event) => this.#hear(event),
    });
    this.#cancelTick = every(world.clock, tickEveryMs, () => {
      this.#runs.tick();
      this.#adopt();
      this.#handle({ kind: 'tick' });
    });
  }

  renew(): void {
    this.#adopt();
    this.#handle({ kind: 'offers', offer: this.#executor.offer });
  }

  drain(): void {
    this.#handle({ kind: 'drain' });
  }

  abort(): void {
    this.#handle({ kind: 'abort' });
    this.#close();
  }

  async settled(): Promise<void> {
    await this.#runs.settled();
    await this.#executor.close();
  }

  /** Only a classic dispatcher has a reason to dial us. */
  accept(connection: Connection): ConnectionHandler {
    return this.#classicDispatcher.accept(connection);
  }

  #hear(event: LinkEvent): void {
    switch (event.kind) {
      case 'session': {
        const { knows = [] } = event.welcome;
        this.#handle({ kind: 'session', takesOffers: knows.includes('offer') });
        this.#runs.joined(knows.includes('steps'));
        break;
      }
      case 'message':
        this.#handle(event);
        break;
      case 'drained':
        this.#runs.drained();
        break;
      case 'classic':
        this.#classicDispatcher.speaks(event.dialect);
        this.#handle({ kind: 'classic' });
        break;
      case 'away':
        this.#runs.stopShipping();
        if (event.final) {
          this.#story.neverLetIn(event.reason);
          this.#leave(exitCodes.usage);
        } else this.#handle(event);
        break;
      default:
        impossible(event);
    }
  }

  #handle(event: Event): void {
    const effects = this.#core.handle(event, this.#world.clock.nowMs());
    this.#story.happened(event, this.#core);
    for (const effect of effects) {
      this.#story.follows(effect);
      this.#perform(effect);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        this.#runs.start(effect.slot, effect.run);
        break;
      case 'end':
        this.#runs.end(effect.run, effect.because);
        break;
      case 'send':
        this.#link.send(this.#runs.fitting(effect.message));
        break;
      case 'ship':
        this.#runs.ship(effect.log, effect.offset, effect.report);
        break;
      case 'forget':
        this.#runs.forget(effect.run);
        break;
      case 'register':
        this.#register();
        break;
      case 'deliver':
        this.#classicDispatcher.deliver(effect, this.#runs.log(effect.run.id));
        break;
      case 'answer':
        this.#classicDispatcher.answer(effect);
        break;
      case 'introduce':
        this.#link.introduceAgain();
        break;
      case 'leave':
        this.#leave(exitCodes[effect.exit]);
        break;
      default:
        impossible(effect);
    }
  }

  /** A slot may be claimed when it is first needed, and a process have died in it. */
  #adopt(): void {
    const kept = this.#runs.adopt();
    if (kept.length > 0) this.#handle({ kind: 'found', kept });
  }

  #register(): void {
    const { reachable: host, repositories } = this.#options;
    if (host !== null && repositories !== 'any') {
      return this.#classicDispatcher.register({ host, port: this.#listener.address.port });
    }
    this.#story.noClassic(host === null ? 'unreachable' : 'cannot-tell');
    this.abort();
    this.#world.exit(exitCodes.usage);
  }

  #leave(exitCode: number): void {
    this.#close();
    this.#world.exit(exitCode);
  }

  #close(): void {
    this.#cancelTick();
    this.#link.close();
    this.#listener.close();
  }
}
