/**
 * Owns what is on the stage of a lab by now: one crew with its repository, what is written down of it, and
 * the laws that it is held to. A crew leaves before another comes, and its record begins anew.
 * Never wishes anything itself.
 */

import { join } from 'node:path';
import type { CommitKind, LabLaw } from '../record/lab.js';
import type { WireRecord } from '../record/record.js';
import type { Recording } from '../record/recording.js';
import { type Clock, every } from '../world/clock.js';
import { Chronicle } from './chronicle.js';
import { Crew, type Kind } from './crew.js';
import { Judge } from './judge.js';
import type { Member } from './member.js';
import { Project } from './project.js';

export interface StageGiven {
  /** A new one, of its own. */
  readonly folder: string;
  readonly runners: number;
  readonly clock: Clock;
  readonly recording: Recording;
  /** Forgets what was recorded, and records anew under that title. */
  readonly recordAnew: (title: string) => void;
  /** Each line of the record. */
  readonly wrote: (line: string) => void;
  /** These run by now. */
  readonly running: (pids: readonly number[]) => void;
  readonly complained: (name: string, line: string) => void;
}

/** What lies still is looked at so often. */
const lookEveryMs = 1_000;

/** Of a crew, besides its runners. */
const others = 2;

export class Stage {
  readonly chronicle: Chronicle;
  readonly #given: StageGiven;
  readonly #changed: () => void;
  readonly #judge: Judge;
  readonly #cancelLook: () => void;
  #crew: Crew | null = null;
  /** How many crews there have been. */
  #crews = 0;

  /** `hear`: each record; `changed`: what is to be seen is not as before. */
  constructor(given: StageGiven, hear: (record: WireRecord) => void, changed: () => void) {
    this.#given = given;
    this.#changed = changed;
    this.chronicle = new Chronicle(given.recording, (record, line) => {
      given.wrote(line);
      this.#judge.overhear(record);
      hear(record);
    });
    this.#judge = new Judge(this.chronicle, given.clock);
    this.#cancelLook = every(given.clock, lookEveryMs, () => void this.#look());
  }

  /** Null: it is being set up. */
  get crew(): Crew | null {
    return this.#crew;
  }

  get laws(): LabLaw[] {
    return this.#judge.laws;
  }

  /** Whether that many runners of that kind are there. */
  has(kind: Kind, runners: number): boolean {
    return this.#crew?.kind === kind && this.#crew.members.size === runners + others;
  }

  /** Starts so many runners of that kind, and the others; answers before they have found each other. */
  async enter(kind: Kind, runners = this.#given.runners): Promise<Crew> {
    const { clock, running, complained } = this.#given;
    this.#crews += 1;
    const folder = join(this.#given.folder, `${kind}-${this.#crews}`);
    const project = await Project.in(folder);
    this.#judge.begin(project);
    const crew = await Crew.prepare({
      ...{ kind, runners, folder, project, clock, chronicle: this.chronicle },
      events: {
        fact: (fact) => {
          this.chronicle.fact(fact);
          this.#judge.hear({ kind: 'fact', fact });
        },
        changed: (member, isHarm) => this.#moved(crew, member, isHarm, running),
        listens: (port, isAgain) => {
          if (isAgain) void this.#judge.askAgain(port);
        },
        complained,
      },
    });
    this.#crew = crew;
    crew.begin();
    this.#changed();
    return crew;
  }

  /** All of them leave, and what comes is recorded anew under that title. */
  async clear(title: string): Promise<void> {
    const crew = this.#crew;
    // Nobody is to touch those who leave.
    this.#crew = null;
    await crew?.end();
    this.#given.recordAnew(title);
    this.chronicle.standing.clear();
  }

  async end(): Promise<void> {
    this.#cancelLook();
    const crew = this.#crew;
    this.#crew = null;
    await crew?.end();
  }

  async push(what: CommitKind): Promise<void> {
    await this.#judge.project.push(what, (commit) => {
      this.#judge.hear({ kind: 'pushed', commit, what });
    });
  }

  /** A run that is lost of it from now on has its reason; where the dispatcher died, any. */
  harm(name: string, isDead: boolean): void {
    const isOfAll = name === 'dispatcher';
    if (isOfAll && !isDead) return;
    const all = isOfAll ? [...(this.#crew?.members.keys() ?? [])] : [name];
    for (const process of all) {
      this.#judge.hear({ kind: 'harmed', process, isDead: isDead && !isOfAll });
    }
  }

  #moved(
    crew: Crew,
    member: Member,
    isHarm: boolean,
    running: (pids: readonly number[]) => void,
  ): void {
    running(crew.pids);
    if (isHarm) this.harm(member.name, member.state === 'dead');
    this.#changed();
  }

  async #look(): Promise<void> {
    if (this.#crew === null) return;
    const { members, lines } = this.#crew;
    const all = [...members.values()];
    for (const { name, state } of all) {
      const line = lines.get(name)?.state ?? 'clear';
      const isApart = line === 'hold' || line === 'swallow';
      if (state !== 'running' || isApart) this.harm(name, state === 'dead');
    }
    const isWell =
      all.every(({ state }) => state === 'running') &&
      [...lines.values()].every(({ state }) => state === 'clear');
    const { standing } = this.chronicle;
    const idle = all.filter(
      ({ name, role }) => role === 'runner' && standing.stateOf(name) === 'idle',
    );
    await this.#judge.look(isWell, idle.length);
  }
}
