/**
 * Owns the processes of a lab and the proxies between them: a dispatcher, runners and an observer, by our
 * programs or by stand-ins for the ancestor's, each with its place in the lab's folder. What they tell becomes facts.
 * Invariant: runners and observer reach the dispatcher through their proxies only, and it them.
 */

import { join } from 'node:path';
import { launchers } from '../command/up/programs.js';
import type { LabRole } from '../record/lab.js';
import { dispatcher } from '../record/record.js';
import type { Clock } from '../world/clock.js';
import { home } from '../world/home.js';
import { type Fact, factsIn, type StoryLine } from './facts.js';
import { ManagedProcess, type ProcessEvents } from './managed-process.js';
import { type Project, runnerVariable } from './project.js';
import { WireProxy } from './proxy.js';
import type { LabRecorder } from './recorder.js';

/** Whose programs they are. */
export type Programs = 'ours' | 'ancestor';

export interface ProcessesGiven {
  readonly programs: Programs;
  readonly runners: number;
  readonly folder: string;
  readonly project: Project;
  readonly recorder: LabRecorder;
  readonly clock: Clock;
  /** In the environment of each. */
  readonly mark: Readonly<Record<string, string>>;
  readonly events: ProcessesEvents;
}

export interface ProcessesEvents {
  readonly fact: (fact: Fact) => void;
  /** Somebody has been started, or is gone, or stands still. */
  readonly changed: (managed: ManagedProcess, isHarm: boolean) => void;
  /** A dispatcher listens; `isAgain`: after another one. */
  readonly listens: (port: number, isAgain: boolean) => void;
  readonly complained: (name: string, line: string) => void;
}

/** A suite that hangs is ended after that. */
const suiteTimeout = '40s';

const [endsWithinMs, killedWithinMs] = [3_000, 3_000];

/** Beside our sources or as we were built: stand-ins run as they were built. */
const standIn = (role: LabRole) => [process.execPath, join(home, `dist/lab/ancestor/${role}.js`)];

export class Processes {
  readonly programs: Programs;
  readonly all = new Map<string, ManagedProcess>();
  readonly proxies = new Map<string, WireProxy>();
  readonly #given: ProcessesGiven;
  /** By what the story calls them: the ancestor knows runners by their ports. */
  readonly #names = new Map<string, string>();
  /** Where runners listen that are dialled back. */
  readonly #listening = new Map<string, number>();
  #port = 0;
  #isReady: () => void = () => {};
  /** All have found each other. */
  readonly ready: Promise<void>;

  private constructor(given: ProcessesGiven) {
    this.#given = given;
    this.programs = given.programs;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
  }

  /** Makes their places. */
  static async prepare(given: ProcessesGiven): Promise<Processes> {
    const processes = new Processes(given);
    const names = runnerNames.slice(0, given.runners);
    processes.#add(dispatcher, 'dispatcher', () => processes.#dispatcherCommandLine());
    const shared = given.programs === 'ours' ? await given.project.clone('tickets') : null;
    for (const name of [...names, 'observer']) await processes.#addPeer(name, shared);
    return processes;
  }

  /** The others are started once the dispatcher listens. */
  begin(): void {
    this.all.get(dispatcher)?.start();
  }

  get port(): number {
    return this.#port;
  }

  get pids(): number[] {
    return [...this.all.values()].flatMap(({ pid }) => pid ?? []);
  }

  /** The dispatcher last: what the others still have to say is heard. */
  async end(): Promise<void> {
    const [first, ...others] = this.all.values();
    for (const proxy of this.proxies.values()) if (proxy.state !== 'clear') proxy.set('clear');
    await Promise.all(others.map((managed) => managed.end(endsWithinMs)));
    await first?.end(killedWithinMs);
    for (const proxy of this.proxies.values()) proxy.close();
  }

  async #addPeer(name: string, shared: string | null): Promise<void> {
    const { project, recorder, clock } = this.#given;
    const role = name === 'observer' ? 'observer' : 'runner';
    const proxy = new WireProxy(name, recorder, clock);
    this.proxies.set(name, proxy);
    const port = await proxy.open({ from: name, to: dispatcher, target: () => this.#port });
    const clone = shared ?? (await project.clone(name));
    if (this.programs === 'ours') {
      this.#add(name, role, () => this.#peerCommandLine(name, role, port, clone));
      return;
    }
    const back = { from: dispatcher, to: name, target: () => this.#listening.get(name) ?? 0 };
    const announced = role === 'runner' ? await proxy.open(back) : 0;
    this.#names.set(String(announced), name);
    this.#add(name, role, () => ancestorCommandLine(role, port, announced, clone));
  }

  #add(name: string, role: LabRole, commandLine: () => readonly string[]): void {
    const { folder, recorder, mark } = this.#given;
    const environment = { ...mark, ...(role === 'runner' && { [runnerVariable]: name }) };
    recorder.states.add(name, role, 'dead');
    const managed = new ManagedProcess(
      name,
      role,
      { commandLine, folder, environment },
      this.#eventsOf(name),
    );
    this.all.set(name, managed);
  }

  #eventsOf(name: string): ProcessEvents {
    const { recorder, project, events } = this.#given;
    return {
      told: (line) => this.#told(name, line),
      complained: (line) => events.complained(name, line),
      changed: (what, says) => {
        const managed = this.all.get(name);
        if (managed === undefined) return;
        recorder.processChanged(what, name, says);
        // By the time that is written all may be over, and its folder gone.
        if (what === 'started' && managed.pid !== null)
          project.runsAs(name, managed.pid).catch(() => {});
        events.changed(managed, what === 'killed' || what === 'left' || what === 'frozen');
      },
    };
  }

  #told(name: string, line: StoryLine): void {
    const { events } = this.#given;
    const port = line['port'];
    if (line.event === 'listening' && typeof port === 'number') this.#listens(name, port);
    if (line.event === 'observing' && this.programs === 'ancestor') this.#isReady();
    if (name !== dispatcher) return;
    for (const fact of factsIn(line, (called) => this.#names.get(called) ?? called)) {
      events.fact(fact);
      // What lay there from the beginning has been tested.
      if (fact.what === 'verdict') this.#isReady();
    }
  }

  #listens(name: string, port: number): void {
    this.#listening.set(name, port);
    if (name !== dispatcher) return;
    const isAgain = this.#port !== 0;
    this.#port = port;
    this.#given.events.listens(port, isAgain);
    if (isAgain) return;
    for (const managed of this.all.values()) managed.start();
  }

  #dispatcherCommandLine(): string[] {
    const { folder } = this.#given;
    const results = ['--results', join(folder, 'test_results')];
    const port = ['--port', String(this.#port)];
    if (this.programs === 'ancestor') return [...standIn('dispatcher'), ...port, ...results];
    const data = ['--host', '127.0.0.1', '--data', join(folder, 'data')];
    return [...launchers.dispatcher, ...port, ...data, ...results];
  }

  #peerCommandLine(
    name: string,
    role: 'runner' | 'observer',
    port: number,
    clone: string,
  ): string[] {
    const { folder } = this.#given;
    const server = ['--dispatcher-server', `127.0.0.1:${port}`, '--name', name];
    if (role === 'observer') return [...launchers.observer, ...server, clone];
    const state = ['--state', join(folder, `state-${name}`), '--cache-size', 'none'];
    const limits = ['--port', '0', '--timeout', suiteTimeout];
    return [...launchers.runner, ...server, ...limits, ...state, clone];
  }
}

const runnerNames = ['ada', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal'];

/** As many as have a name. */
export const runnersMost = runnerNames.length;

function ancestorCommandLine(
  role: 'runner' | 'observer',
  port: number,
  announced: number,
  clone: string,
): string[] {
  const server = ['--dispatcher-server', `127.0.0.1:${port}`];
  if (role === 'observer') return [...standIn(role), ...server, '--interval', '500ms', clone];
  return [...standIn(role), ...server, '--port', '0', '--announce', String(announced), clone];
}
