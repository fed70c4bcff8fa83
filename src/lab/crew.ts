/**
 * Owns the processes of a lab and the lines between them: a dispatcher, runners and an observer, of ours
 * or of the ancestor's kind, each with its place in the lab's folder. What they tell becomes facts.
 * Invariant: runners and observer reach the dispatcher through their lines only, and it them.
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchers } from '../command/up/programs.js';
import type { Clock } from '../world/clock.js';
import type { Chronicle } from './chronicle.js';
import { dispatcher, type Fact, factsIn, type StoryLine } from './facts.js';
import { Line } from './line.js';
import { Member, type MemberEvents } from './member.js';
import { type Project, runnerVariable } from './project.js';
import type { Role } from './standing.js';

export type Kind = 'ours' | 'ancestor';

export interface CrewGiven {
  readonly kind: Kind;
  readonly runners: number;
  readonly folder: string;
  readonly project: Project;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly events: CrewEvents;
}

export interface CrewEvents {
  readonly fact: (fact: Fact) => void;
  /** Somebody has been started, or is gone, or stands still. */
  readonly changed: (member: Member, isHarm: boolean) => void;
  /** A dispatcher listens; `isAgain`: after another one. */
  readonly listens: (port: number, isAgain: boolean) => void;
  readonly complained: (name: string, line: string) => void;
}

/** A suite that hangs is ended after that. */
const suiteTimeout = '40s';

const [endsWithinMs, killedWithinMs] = [3_000, 3_000];

/** Beside our sources or as we were built: stand-ins run as they were built. */
const standIn = (role: Role) => [
  process.execPath,
  fileURLToPath(new URL(`../../dist/lab/ancestor/${role}.js`, import.meta.url)),
];

export class Crew {
  readonly kind: Kind;
  readonly members = new Map<string, Member>();
  readonly lines = new Map<string, Line>();
  readonly #given: CrewGiven;
  /** By what the story calls them: the ancestor knows runners by their ports. */
  readonly #names = new Map<string, string>();
  /** Where runners listen that are dialled back. */
  readonly #listening = new Map<string, number>();
  #port = 0;
  #isReady: () => void = () => {};
  /** All have found each other. */
  readonly ready: Promise<void>;

  private constructor(given: CrewGiven) {
    this.#given = given;
    this.kind = given.kind;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
  }

  /** Makes their places. */
  static async prepare(given: CrewGiven): Promise<Crew> {
    const crew = new Crew(given);
    const names = runnerNames.slice(0, given.runners);
    crew.#add(dispatcher, 'dispatcher', () => crew.#dispatcherWords());
    const shared = given.kind === 'ours' ? await given.project.clone('tickets') : null;
    for (const name of [...names, 'observer']) await crew.#addPeer(name, shared);
    return crew;
  }

  /** The others are started once the dispatcher listens. */
  begin(): void {
    this.members.get(dispatcher)?.start();
  }

  get port(): number {
    return this.#port;
  }

  get pids(): number[] {
    return [...this.members.values()].flatMap(({ pid }) => pid ?? []);
  }

  /** The dispatcher last: what the others still have to say is heard. */
  async end(): Promise<void> {
    const [first, ...others] = this.members.values();
    for (const line of this.lines.values()) if (line.state !== 'clear') line.set('clear');
    await Promise.all(others.map((member) => member.end(endsWithinMs)));
    await first?.end(killedWithinMs);
    for (const line of this.lines.values()) line.close();
  }

  async #addPeer(name: string, shared: string | null): Promise<void> {
    const { project, chronicle, clock } = this.#given;
    const role = name === 'observer' ? 'observer' : 'runner';
    const line = new Line(name, chronicle, clock);
    this.lines.set(name, line);
    const port = await line.open({ from: name, to: dispatcher, target: () => this.#port });
    const clone = shared ?? (await project.clone(name));
    if (this.kind === 'ours') {
      this.#add(name, role, () => this.#peerWords(name, role, port, clone));
      return;
    }
    const back = { from: dispatcher, to: name, target: () => this.#listening.get(name) ?? 0 };
    const announced = role === 'runner' ? await line.open(back) : 0;
    this.#names.set(String(announced), name);
    this.#add(name, role, () => ancestorWords(role, port, announced, clone));
  }

  #add(name: string, role: Role, words: () => readonly string[]): void {
    const { folder, chronicle } = this.#given;
    const environment = role === 'runner' ? { [runnerVariable]: name } : {};
    chronicle.standing.add(name, role);
    const member = new Member(name, role, { words, folder, environment }, this.#eventsOf(name));
    this.members.set(name, member);
  }

  #eventsOf(name: string): MemberEvents {
    const { chronicle, project, events } = this.#given;
    return {
      told: (line) => this.#told(name, line),
      complained: (line) => events.complained(name, line),
      lives: (what, says) => {
        const member = this.members.get(name);
        if (member === undefined) return;
        chronicle.lives(what, name, says);
        // By the time that is written all may be over, and its folder gone.
        if (what === 'started' && member.pid !== null)
          project.runsAs(name, member.pid).catch(() => {});
        events.changed(member, what === 'killed' || what === 'left' || what === 'frozen');
      },
    };
  }

  #told(name: string, line: StoryLine): void {
    const { events } = this.#given;
    const port = line['port'];
    if (line.event === 'listening' && typeof port === 'number') this.#listens(name, port);
    if (line.event === 'observing' && this.kind === 'ancestor') this.#isReady();
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
    for (const member of this.members.values()) member.start();
  }

  #dispatcherWords(): string[] {
    const { folder } = this.#given;
    const results = ['--results', join(folder, 'test_results')];
    const port = ['--port', String(this.#port)];
    if (this.kind === 'ancestor') return [...standIn('dispatcher'), ...port, ...results];
    const data = ['--host', '127.0.0.1', '--data', join(folder, 'data')];
    return [...launchers.dispatcher, ...port, ...data, ...results];
  }

  #peerWords(name: string, role: 'runner' | 'observer', port: number, clone: string): string[] {
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

function ancestorWords(
  role: 'runner' | 'observer',
  port: number,
  announced: number,
  clone: string,
): string[] {
  const server = ['--dispatcher-server', `127.0.0.1:${port}`];
  if (role === 'observer') return [...standIn(role), ...server, '--interval', '500ms', clone];
  return [...standIn(role), ...server, '--port', '0', '--announce', String(announced), clone];
}
