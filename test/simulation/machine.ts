/**
 * Owns what every machine of a world has: one process at a time, a disk that outlives it, a clock
 * that may be wrong, and somebody who starts the process again. What its process does is given.
 */

import type { Told } from '../../src/world/story.js';
import type { Refusal, SimulatedDisk } from './disk.js';
import type { History } from './history.js';
import { Life } from './life.js';
import type { SimulatedNetwork } from './network.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';
import type { Witness } from './witness.js';
import type { WorldRecord } from './world-record.js';

/** What all machines of a world share. */
export interface Ground {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly network: SimulatedNetwork;
  readonly history: History;
  readonly witness: Witness;
  /** From which is drawn what runners offer. */
  readonly changes: Random;
  /** In this world the dispatcher's store is put back now and then. */
  readonly hasBackups: boolean;
  /** In this world disks refuse to work now and then, and say so; null: they are full at most. */
  readonly disksRefuse: Refusal | null;
  /** In this world somebody watches. */
  readonly isWatched: boolean;
  /** In this world a team shares the queue. */
  readonly isTeam: boolean;
  /** In this world commits have workflows, and runners run nothing but their steps. */
  readonly hasWorkflows: boolean;
  readonly tell: (who: string, told: Told) => void;
  readonly suffered: (fault: string) => void;
  /** Who writes down what happens; null where nobody does. */
  readonly record: WorldRecord | null;
}

export const dispatcherAddress = { host: '10.0.0.1', port: 8888 };
export const repository = 'demo';

/** What runs on a machine. */
export interface Program {
  /** As `main.ts`: all that it does from now on, it does in that life. */
  readonly run: (life: Life) => void;
  /** Ctrl-C, once. */
  readonly drain: () => void;
}

export class Machine {
  readonly name: string;
  readonly host: string;
  readonly disk: SimulatedDisk;
  readonly #ground: Ground;
  readonly #program: Program;
  /** Its clock is wrong by so much at most, at each start anew. */
  wrongByMs = 0;
  restartMsMost = 4_000;
  life: Life;

  constructor(
    ground: Ground,
    { name, host, disk }: { name: string; host: string; disk: SimulatedDisk },
    program: Program,
  ) {
    this.name = name;
    this.host = host;
    this.disk = disk;
    this.#ground = ground;
    this.#program = program;
    ground.record?.met(name, host);
    this.life = new Life(ground.timeline, ground.random, 0, () => {});
    this.life.end();
  }

  /** Starts its process, unless it lives. */
  start(): void {
    if (this.life.isAlive) return;
    // It ends at once with a sentence, and somebody starts it again.
    if (this.disk.isOutOfReach) return this.#startLater();
    const { timeline, random, suffered, witness, record } = this.#ground;
    const aheadMs = random.between(-this.wrongByMs, this.wrongByMs);
    if (Math.abs(aheadMs) > 1_000) suffered('started on a wrong clock');
    const life = new Life(timeline, random, aheadMs, (error) =>
      witness.breaks('crash', `${this.name}: ${error.stack ?? error.message}`),
    );
    this.life = life;
    life.whenDead(() => this.#ended());
    life.stopped = (isStopped) => record?.stopped(this.name, isStopped);
    record?.started(this.name);
    life.hear(() => this.#program.run(life));
  }

  /** Ctrl-C, once. */
  drain(): void {
    if (this.life.isAlive) this.#program.drain();
  }

  /** What its process says; a dead one says nothing. */
  telling(life: Life): (told: Told) => void {
    return (told) => {
      if (life.step()) this.#ground.tell(this.name, told);
    };
  }

  /** Somebody starts it again, sooner or later. */
  #ended(): void {
    const { tell, record } = this.#ground;
    record?.ended(this.name);
    tell(this.name, { event: 'ended', msg: '(its process has ended)' });
    this.#startLater();
  }

  #startLater(): void {
    const { timeline, random } = this.#ground;
    timeline.after(random.between(20, this.restartMsMost), () => this.start());
  }
}
