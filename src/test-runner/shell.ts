/**
 * Owns the connection between the core and its world: events go in, effects are performed in
 * their order. Never decides. Its world comes as an argument, so that another can be simulated.
 */

import { hostname } from 'node:os';
import type { World as Wire } from '../link/ask.js';
import { type Dialect, type Link, type LinkEvent, openLink } from '../link/link.js';
import { type Address, isLoopback } from '../protocol/address.js';
import type { Hello, Report } from '../protocol/bodies.js';
import type { RunId } from '../protocol/ids.js';
import { type Cancel, every } from '../world/clock.js';
import { exitCodes } from '../world/command-line.js';
import type { OpenFile } from '../world/disk.js';
import { type Hosts, nobody } from '../world/hosts.js';
import type { Connection, ConnectionHandler, Listener } from '../world/network.js';
import type { Tell } from '../world/story.js';
import type { Token } from '../world/token.js';
import { answerOn, deliver, register } from './ancestor.js';
import { Core } from './core.js';
import type { Effect, Event, Job } from './events.js';
import { listen } from './listen.js';
import { LogPump } from './log-pump.js';
import type { Slot } from './slots.js';
import { Story } from './story.js';
import { type SuiteOptions, SuiteRun } from './suite-run.js';

export interface World extends Wire {
  readonly tell: Tell;
  readonly exit: (code: number) => void;
}

export interface RunnerOptions {
  readonly name: string | null;
  readonly host: string;
  /** Null: the first free one of the documented range. */
  readonly port: number | null;
  readonly version: string;
  readonly repository: string;
  readonly labels: readonly string[];
  readonly dispatcher: Address;
  readonly token?: Token | null;
  /** Hosts beyond this machine whose ancestor's dispatcher may dial us. */
  readonly mayDial?: Hosts;
  /** Where an ancestor's dispatcher can dial us; null where it cannot, which it is told (A17). */
  readonly reachable: string | null;
  readonly suite: Omit<SuiteOptions, 'names'>;
  /** What `standGuard` was given. */
  readonly guard: string;
  /** Eight hex digits that no other runner on this machine uses. */
  readonly localStart: string;
}

export interface Runner {
  /** Finishes and delivers what is in hand, then exits. */
  drain(): void;
  /** Ends all suites' trees and hands their runs back, without waiting. */
  abort(): void;
  /** Resolves once no suite is going on. */
  settled(): Promise<void>;
}

/** How often it is asked whether an ancestor's dispatcher needs to be told again. */
const tickEveryMs = 1_000;

const helloRunsMax = 512;

const unreachable =
  'An ancestor’s dispatcher on another machine cannot dial localhost: ' +
  'start again with --host and a name or address of this machine.';

/** Listens, claims nothing (the slots are ours already), and looks for the dispatcher. */
export async function startRunner(
  world: World,
  options: RunnerOptions,
  slots: readonly Slot[],
): Promise<Runner> {
  let shell: Shell | null = null;
  const listener = await listen(world.network, options.host, options.port, (connection) => {
    if (shell !== null) return shell.accept(connection);
    connection.destroy();
    return () => {};
  });
  shell = new Shell(world, options, slots, listener);
  return shell;
}

class Shell implements Runner {
  readonly #world: World;
  readonly #options: RunnerOptions;
  readonly #slots: readonly Slot[];
  readonly #listener: Listener;
  readonly #core: Core;
  readonly #link: Link;
  readonly #pump: LogPump;
  readonly #story: Story;
  readonly #name: string;
  /** Where each run in hand keeps its files, and its suite while that is going on. */
  readonly #slotOf = new Map<RunId, Slot>();
  readonly #going = new Map<RunId, SuiteRun>();
  readonly #cancelTick: Cancel;
  #dialect: Dialect = 'classic';
  #answer = '';

  constructor(world: World, options: RunnerOptions, slots: readonly Slot[], listener: Listener) {
    this.#world = world;
    this.#options = options;
    this.#slots = slots;
    this.#listener = listener;
    this.#name = options.name ?? defaultName(options, listener.address.port);
    const kept = slots.flatMap((slot) => slot.kept.map((run) => ({ ...run, slot })));
    for (const { job, slot } of kept) this.#slotOf.set(job.run, slot);
    this.#core = new Core({ slots: slots.length, kept, localStart: options.localStart });
    this.#story = new Story(world.tell, { ...options, name: this.#name });
    this.#pump = new LogPump({
      send: (message) => this.#link.send(message),
      shipped: (run) => this.#handle({ type: 'shipped', run }),
    });
    this.#story.opened(
      listener.address,
      kept.map(({ job }) => job),
    );
    this.#link = openLink(world, {
      address: options.dispatcher,
      hello: () => this.#hello(),
      token: options.token ?? null,
      handle: (event) => this.#hear(event),
    });
    this.#cancelTick = every(world.clock, tickEveryMs, () => this.#handle({ type: 'tick' }));
  }

  drain(): void {
    this.#handle({ type: 'drain' });
  }

  abort(): void {
    this.#handle({ type: 'abort' });
    this.#close();
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#going.values()].map(({ ended }) => ended));
  }

  /** A connection to our own port: an ancestor's dispatcher, or somebody who probes it. */
  accept(connection: Connection): ConnectionHandler {
    const { remoteHost } = connection;
    const { mayDial = nobody } = this.#options;
    if (!isLoopback(remoteHost) && !mayDial(remoteHost)) {
      connection.destroy();
      return () => {};
    }
    return answerOn(this.#world, connection, {
      pinged: () => this.#handle({ type: 'pinged' }),
      runtest: (commit) => {
        this.#handle({ type: 'asked-to-run', commit });
        return this.#dialect === 'py3' && this.#answer === 'OK' ? 'ok' : this.#answer;
      },
    });
  }

  #hear(event: LinkEvent): void {
    switch (event.type) {
      case 'session':
        this.#handle({ type: 'session' });
        break;
      case 'message':
        this.#handle(event);
        break;
      case 'drained':
        this.#pump.drained();
        break;
      case 'classic':
        this.#dialect = event.dialect;
        this.#handle({ type: 'classic' });
        break;
      case 'away':
        this.#pump.stop();
        this.#handle(event);
        break;
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
    switch (effect.do) {
      case 'start':
        this.#start(effect.slot, effect.job);
        break;
      case 'end':
        this.#going.get(effect.job.run)?.stop(effect.because);
        break;
      case 'send':
        this.#link.send(effect.message);
        break;
      case 'ship':
        this.#ship(effect.run, effect.offset, effect.report);
        break;
      case 'forget':
        this.#pump.forget(effect.job.run);
        this.#slotOf.get(effect.job.run)?.files.forget(effect.job.run);
        this.#slotOf.delete(effect.job.run);
        break;
      case 'register':
        this.#register();
        break;
      case 'deliver':
        this.#deliver(effect.job, effect.report);
        break;
      case 'answer':
        this.#answer = effect.word;
        break;
      case 'leave':
        this.#close();
        this.#world.exit(effect.exitCode);
        break;
    }
  }

  #start(number: number, job: Job): void {
    const slot = this.#slots[number];
    if (slot === undefined) throw new Error(`there is no slot ${number}`);
    this.#slotOf.set(job.run, slot);
    const suite = new SuiteRun(this.#world.clock, slot, job, this.#suiteOptions(), {
      starting: ({ says }) => this.#story.starting(job, says),
      grown: (bytes) => this.#pump.grown(job.run, bytes),
    });
    this.#going.set(job.run, suite);
    void suite.ended.then((ending) => {
      this.#going.delete(job.run);
      this.#handle({ type: 'ended', job, ending });
      if (ending.kind === 'report') this.#pump.ended(job.run, ending.report.logBytes);
    });
  }

  #ship(run: RunId, offset: number, report: Report | null): void {
    const log = this.#logOf(run);
    if (log === null) {
      // A run that goes on without a log (a full disk) is handed back by its own end.
      if (report !== null) this.#handle({ type: 'log-lost', run });
      return;
    }
    const bytes = report?.logBytes ?? this.#going.get(run)?.logBytes ?? 0;
    this.#pump.ship(run, log, { offset, bytes, ended: report !== null });
  }

  #register(): void {
    const { dispatcher, reachable: host } = this.#options;
    if (host === null) {
      this.#world.tell({ event: 'unreachable', msg: unreachable, level: 'error' });
      this.abort();
      this.#world.exit(exitCodes.usage);
      return;
    }
    const { port } = this.#listener.address;
    register(this.#world, dispatcher, { host, port }, (taken) =>
      this.#handle({ type: 'registered', taken }),
    );
  }

  #deliver(job: Job, report: Report): void {
    const log = this.#logOf(job.run);
    if (log === null) throw new Error(`the log of ${job.run} is gone`);
    const result = { commit: job.commit, log, report };
    deliver(this.#world, this.#options.dispatcher, this.#dialect, result, (taken) =>
      this.#handle({ type: 'delivered', run: job.run, taken }),
    );
  }

  /** Null where the disk has lost it. */
  #logOf(run: RunId): OpenFile | null {
    const slot = this.#slotOf.get(run);
    if (slot === undefined) throw new Error(`run ${run} has no slot`);
    return slot.files.openLog(run);
  }

  #hello(): Hello {
    const { version, repository, labels } = this.#options;
    return {
      role: 'runner',
      name: this.#name,
      version,
      repository,
      labels: [...labels],
      capacity: this.#slots.length,
      runs: this.#core.inHand().slice(0, helloRunsMax),
    };
  }

  #suiteOptions(): SuiteOptions {
    const { repository, guard } = this.#options;
    const names = { runner: this.#name, repository, guard };
    return { ...this.#options.suite, names };
  }

  #close(): void {
    this.#cancelTick();
    this.#link.close();
    this.#listener.close();
  }
}

function defaultName({ dispatcher }: RunnerOptions, port: number): string {
  return isLoopback(dispatcher.host) ? `:${port}` : `${hostname()}:${port}`;
}
