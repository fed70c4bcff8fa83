/**
 * Owns the running setup of a lab: one set of processes with its repository, what is recorded of it, and the
 * laws that it is held to. Those processes end before others start, and the record begins anew.
 * Never does anything to a process unasked.
 */

import { join } from 'node:path';
import { type CommitKind, isApart, type LabLaw } from '../record/lab.js';
import { dispatcher, type WireRecord } from '../record/record.js';
import type { Recording } from '../record/recording.js';
import { type Clock, every } from '../world/clock.js';
import { LawChecker } from './law-checker.js';
import type { ManagedProcess } from './managed-process.js';
import { Processes, type Programs } from './processes.js';
import { Project } from './project.js';
import { LabRecorder } from './recorder.js';

export interface SetupGiven {
  /** A new one, of its own. */
  readonly folder: string;
  readonly runners: number;
  readonly clock: Clock;
  readonly recording: Recording;
  /** Forgets what was recorded, and records anew under that title. */
  readonly recordAnew: (title: string) => void;
  /** Each line of the record. */
  readonly wrote: (line: string) => void;
  /** What is started carries that in its environment. */
  readonly mark: Readonly<Record<string, string>>;
  /** These run by now. */
  readonly running: (pids: readonly number[]) => void;
  readonly complained: (name: string, line: string) => void;
}

/** What lies still is looked at so often. */
const lookEveryMs = 1_000;

/** Of the processes, besides the runners. */
const others = 2;

export class Setup {
  readonly recorder: LabRecorder;
  readonly #given: SetupGiven;
  readonly #changed: () => void;
  readonly #lawChecker: LawChecker;
  readonly #cancelLook: () => void;
  #processes: Processes | null = null;
  /** How often processes were set up. */
  #setups = 0;

  /** `hear`: each record; `changed`: what is to be seen is not as before. */
  constructor(given: SetupGiven, hear: (record: WireRecord) => void, changed: () => void) {
    this.#given = given;
    this.#changed = changed;
    this.recorder = new LabRecorder(given.recording, (record, line) => {
      given.wrote(line);
      this.#lawChecker.overhear(record);
      hear(record);
    });
    this.#lawChecker = new LawChecker(this.recorder, given.clock);
    this.#cancelLook = every(given.clock, lookEveryMs, () => void this.#look());
  }

  /** Null: it is being set up. */
  get processes(): Processes | null {
    return this.#processes;
  }

  get laws(): LabLaw[] {
    return this.#lawChecker.laws;
  }

  /** Whether that many runners of those programs are there. */
  has(programs: Programs, runners: number): boolean {
    return this.#processes?.programs === programs && this.#processes.all.size === runners + others;
  }

  /** Starts so many runners of those programs, and the others; answers before they have found each other. */
  async start(programs: Programs, runners = this.#given.runners): Promise<Processes> {
    const { clock, mark, running, complained } = this.#given;
    this.#setups += 1;
    const folder = join(this.#given.folder, `${programs}-${this.#setups}`);
    const project = await Project.in(folder);
    this.#lawChecker.begin(project);
    const processes = await Processes.prepare({
      ...{ programs, runners, folder, project, clock, mark, recorder: this.recorder },
      events: {
        fact: (fact) => {
          this.recorder.fact(fact);
          this.#lawChecker.hear({ kind: 'fact', fact });
        },
        changed: (managed, isHarm) => this.#processChanged(processes, managed, isHarm, running),
        listens: (port, isAgain) => {
          if (isAgain) void this.#lawChecker.askAgain(port);
        },
        complained,
      },
    });
    this.#processes = processes;
    processes.begin();
    this.#changed();
    return processes;
  }

  /** All of them leave, and what comes is recorded anew under that title. */
  async endAll(title: string): Promise<void> {
    const processes = this.#processes;
    // Nobody is to touch those who leave.
    this.#processes = null;
    await processes?.end();
    this.#given.recordAnew(title);
    this.recorder.states.clear();
  }

  async end(): Promise<void> {
    this.#cancelLook();
    const processes = this.#processes;
    this.#processes = null;
    await processes?.end();
  }

  async push(what: CommitKind): Promise<void> {
    await this.#lawChecker.project.push(what, (commit) => {
      this.#lawChecker.hear({ kind: 'pushed', commit, what });
    });
  }

  /** A run that is lost of it from now on has its reason; where the dispatcher died, any. */
  harm(name: string, isDead: boolean): void {
    const isOfAll = name === dispatcher;
    if (isOfAll && !isDead) return;
    const all = isOfAll ? [...(this.#processes?.all.keys() ?? [])] : [name];
    for (const process of all) {
      this.#lawChecker.hear({ kind: 'harmed', process, isDead: isDead && !isOfAll });
    }
  }

  #processChanged(
    processes: Processes,
    managed: ManagedProcess,
    isHarm: boolean,
    running: (pids: readonly number[]) => void,
  ): void {
    running(processes.pids);
    if (isHarm) this.harm(managed.name, managed.state === 'dead');
    this.#changed();
  }

  async #look(): Promise<void> {
    if (this.#processes === null) return;
    const { all, proxies } = this.#processes;
    const everybody = [...all.values()];
    for (const { name, state } of everybody) {
      const line = proxies.get(name)?.state ?? 'clear';
      if (state !== 'running' || isApart(line)) this.harm(name, state === 'dead');
    }
    const isWell =
      everybody.every(({ state }) => state === 'running') &&
      [...proxies.values()].every(({ state }) => state === 'clear');
    const { states } = this.recorder;
    const idle = everybody.filter(
      ({ name, role }) => role === 'runner' && states.stateOf(name) === 'idle',
    );
    await this.#lawChecker.look(isWell, idle.length);
  }
}
