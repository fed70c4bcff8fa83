/**
 * Owns what can be done to a lab, by a button, a key or a scenario, and what it tells of itself. Each action
 * is done at once, or refused with a sentence that says why.
 * Never touches a process or a byte itself: its setup does.
 */

import type { LabAction, LabDocument } from '../record/lab.js';
import { dispatcher, type WireRecord } from '../record/record.js';
import { actOnLine, actOnProcess, type LineChange } from './acting.js';
import type { Processes } from './processes.js';
import { Refusal } from './refusal.js';
import { scenarios } from './scenarios/all.js';
import { ScenarioPlayer } from './scenarios/player.js';
import type { Scenario } from './scenarios/scenario.js';
import { Setup, type SetupGiven } from './setup.js';

export interface LabGiven extends SetupGiven {
  readonly lastsMs: number;
  /** Time to read before a scenario goes on by itself; null: it waits for `next`. */
  readonly readMs: number | null;
}

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
        return actOnProcess(this.#processes, action.do, action.process);
      case 'line':
      case 'cut':
      case 'deliver':
        return this.#told(actOnLine(this.#processes, action));
      case 'scenario':
        return this.#choose(action.name);
      case 'next':
        return this.#player.next();
    }
  }

  /** What became of a line is written down; it may be a reason to lose runs. */
  #told(change: LineChange | null): void {
    if (change === null) return;
    const { process, says, isHarm } = change;
    if (isHarm) this.#setup.harm(process, false);
    this.#setup.recorder.change('line', process, says);
    this.changed();
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
}
