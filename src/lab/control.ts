/**
 * Owns what can be done to a lab, by a button, a key or a scenario, and what it tells of itself. Each action
 * is done at once, or refused with a sentence that says why.
 * Never touches a process or a byte itself: its setup does.
 */

import {
  isApart,
  type LabAction,
  type LabDocument,
  type LineState,
  type ProcessAction,
} from '../record/lab.js';
import { dispatcher, type WireRecord } from '../record/record.js';
import type { ManagedProcess } from './managed-process.js';
import type { Processes } from './processes.js';
import type { WireProxy } from './proxy.js';
import { scenarios } from './scenarios/all.js';
import { ScenarioPlayer } from './scenarios/player.js';
import type { Scenario } from './scenarios/scenario.js';
import { Setup, type SetupGiven } from './setup.js';

/** What is asked cannot be done now; its message is for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export interface LabGiven extends SetupGiven {
  readonly lastsMs: number;
  /** Time to read before a scenario goes on by itself; null: it waits for `next`. */
  readonly readMs: number | null;
}

const lineSentences: Readonly<Record<LineState, string>> = {
  clear: 'lets everything through',
  delay: 'delays each message by a second',
  slice: 'passes the beginning of each message byte by byte',
  swallow: 'swallows everything, as a network that fell apart',
  hold: 'holds messages, to be delivered by hand',
};

export class Lab {
  readonly #given: LabGiven;
  readonly #endsAtMs: number;
  readonly #setup: Setup;
  readonly #player: ScenarioPlayer;
  /** Something was done to it: what a scenario begins with is not there any more. */
  #isTouched = false;
  #isTold = false;
  #isEnding = false;
  /** Null: nothing is being set up. */
  #settingUp: Promise<void> | null = null;

  private constructor(given: LabGiven) {
    const { clock, recording, lastsMs } = given;
    this.#given = given;
    this.#endsAtMs = clock.nowMs() + lastsMs;
    this.#setup = new Setup(
      given,
      (record) => this.#hear(record),
      () => this.changed(),
    );
    this.#player = new ScenarioPlayer({
      ...{ clock, nowMs: () => recording.nowUs / 1_000, changed: () => this.changed() },
      act: (action) => void this.#perform(action).catch((error) => this.#failed(error)),
      tell: (says) => this.#caption(says),
    });
  }

  /** Starts all of ours; answers before they have found each other. */
  static async begin(given: LabGiven): Promise<Lab> {
    const lab = new Lab(given);
    await lab.#setup.start('ours');
    return lab;
  }

  /** All have found each other. */
  get ready(): Promise<void> {
    return this.#processes.ready;
  }

  /** Where its dispatcher answers browsers; null: it is none that does. */
  get webPort(): number | null {
    const { processes } = this.#setup;
    return processes === null || processes.programs === 'ancestor' || processes.port === 0
      ? null
      : processes.port;
  }

  get document(): LabDocument {
    const { processes, laws } = this.#setup;
    const all = [...(processes?.all.values() ?? [])];
    const proxies = [...(processes?.proxies.values() ?? [])];
    return {
      scenario: this.#player.shown,
      scenarios: scenarios.map(({ name, title, says }) => ({ name, title, says })),
      processes: all.map(({ name, role, state, pid }) => ({ name, role, state, pid })),
      lines: proxies.map(({ process, state, held }) => ({ process, state, held })),
      laws,
      endsInMs: Math.max(0, this.#endsAtMs - this.#given.clock.nowMs()),
    };
  }

  async act(action: LabAction): Promise<void> {
    if (this.#isEnding) throw new Refusal('The lab ends');
    return this.#perform(action);
  }

  /** Ends all that it started. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#player.leave();
    // Who is being started is there to be ended then.
    await this.#settingUp;
    await this.#setup.end();
  }

  /** Tells everybody who watches how all is, soon. */
  changed(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#given.clock.soon(() => {
      this.#isTold = false;
      this.#given.recording.tell('lab', this.document);
    });
  }

  async #perform(action: LabAction): Promise<void> {
    this.#isTouched ||= action.do !== 'scenario';
    switch (action.do) {
      case 'commit':
        return this.#processes && this.#setup.push(action.what);
      case 'kill':
      case 'freeze':
      case 'thaw':
      case 'restart':
        return this.#actOn(action.do, this.#managed(action.process));
      case 'line':
        return this.#set(this.#proxy(action.process), action.state);
      case 'cut':
        return this.#cut(this.#proxy(action.process));
      case 'deliver':
        return this.#deliver(this.#proxy(action.process), action.id);
      case 'scenario':
        return this.#choose(action.name);
      case 'next':
        return this.#player.next();
    }
  }

  #actOn(action: ProcessAction, managed: ManagedProcess): void {
    const { name, state } = managed;
    if (action !== 'restart' && state === 'dead') throw new Refusal(`${name} is dead`);
    if (action === 'freeze' && state === 'frozen') throw new Refusal(`${name} is frozen already`);
    if (action === 'thaw' && state !== 'frozen') throw new Refusal(`${name} is not frozen`);
    const isTooEarly = name !== dispatcher && this.#processes.port === 0;
    if (action === 'restart' && isTooEarly) throw new Refusal('The dispatcher comes first');
    managed[action]();
  }

  #set(proxy: WireProxy, state: LineState): void {
    if (proxy.state === state) return;
    proxy.set(state);
    this.#tellOf(proxy, isApart(state), `the line of ${proxy.process} ${lineSentences[state]}`);
  }

  #cut(proxy: WireProxy): void {
    proxy.cut();
    this.#tellOf(proxy, true, `the connections of ${proxy.process} are cut; it may open others`);
  }

  #tellOf({ process }: WireProxy, isHarm: boolean, says: string): void {
    if (isHarm) this.#setup.harm(process, false);
    this.#setup.recorder.change('line', process, says);
    this.changed();
  }

  #deliver(proxy: WireProxy, id: number | undefined): void {
    const { process } = proxy;
    if (proxy.state !== 'hold') throw new Refusal(`The line of ${process} holds nothing back`);
    if (proxy.deliver(id)) return;
    const isNext = 'Only the first message of a direction can be delivered';
    throw new Refusal(id === undefined ? `Nothing waits at ${process}` : isNext);
  }

  /** A scenario begins upon processes to which nothing has happened yet. */
  #choose(name: string | null): void {
    this.#player.leave();
    if (name === null) return;
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Refusal(`There is no scenario "${name}"`);
    if (this.#settingUp !== null) throw new Refusal('Processes are being set up');
    const before = this.#isTouched ? null : this.#setup.processes;
    this.#isTouched = true;
    // Whoever chose it sees it come; what goes wrong is told there.
    this.#settingUp = this.#processesFor(scenario, before)
      .then((processes) => void this.#play(scenario, processes))
      .catch((error) => this.#failed(error))
      .finally(() => {
        this.#settingUp = null;
      });
  }

  /** Those that are there, if they will do; else others. */
  async #processesFor(
    { programs, runners, title }: Scenario,
    before: Processes | null,
  ): Promise<Processes | null> {
    if (before !== null && this.#setup.has(programs, runners)) return before;
    await this.#setup.endAll(title);
    this.#caption('The processes of this scenario are being set up');
    return this.#isEnding ? null : this.#setup.start(programs, runners);
  }

  async #play(scenario: Scenario, processes: Processes | null): Promise<void> {
    await processes?.ready;
    // Another scenario may have been chosen meanwhile.
    if (processes === null || this.#isEnding || this.#setup.processes !== processes) return;
    this.#player.begin(scenario, this.#given.readMs);
  }

  #caption(says: string): void {
    this.#setup.recorder.change('caption', dispatcher, says);
  }

  /** What a scenario asks cannot be done, or could not: the class is told. */
  #failed(error: unknown): void {
    this.#caption(error instanceof Error ? error.message : String(error));
  }

  #hear(record: WireRecord): void {
    this.#player.hear(record);
    if (record.kind === 'change' || this.#isHolding) this.changed();
  }

  get #isHolding(): boolean {
    return [...(this.#setup.processes?.proxies.values() ?? [])].some(
      ({ state }) => state === 'hold',
    );
  }

  get #processes(): Processes {
    const { processes } = this.#setup;
    if (processes === null) throw new Refusal('Processes are being set up');
    return processes;
  }

  #managed(name: string): ManagedProcess {
    const managed = this.#processes.all.get(name);
    if (managed === undefined) throw new Refusal(`There is no process "${name}"`);
    return managed;
  }

  #proxy(name: string): WireProxy {
    const proxy = this.#processes.proxies.get(name);
    if (proxy === undefined) throw new Refusal(`"${name}" has no line to the dispatcher`);
    return proxy;
  }
}
