/**
 * Owns the dispatcher's machine: what dispatcher/main.ts does, with simulated doors.
 */

import { Dispatcher, type Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import type { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';
import { Memory } from './memory.js';

/** How long an ancestor's runner may take. */
const classicRunMaxMs = 15_000;

export class DispatcherMachine {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly #ground: Ground;
  readonly #dialect: 'classic' | 'py3';
  #dispatcher: Dispatcher | null = null;

  constructor(ground: Ground, disk: SimulatedDisk, dialect: 'classic' | 'py3') {
    const { host } = dispatcherAddress;
    this.machine = new Machine(
      ground,
      { name: 'dispatcher', host, disk },
      { run: (life) => this.#run(life), drain: () => this.#drain() },
    );
    this.#ground = ground;
    this.#dialect = dialect;
    this.memory = new Memory((entries) => ground.witness.appended(entries));
  }

  /** What it has in memory, where all that it decided is on disk; else null. */
  get settled(): Remembered | null {
    const { life } = this.machine;
    const isSettled = life.isAlive && !life.isMidTurn && !this.memory.isBehind;
    return isSettled ? (this.#dispatcher?.remembered ?? null) : null;
  }

  #drain(): void {
    const { life } = this.machine;
    const dispatcher = this.#dispatcher;
    if (dispatcher === null) return;
    dispatcher.drain(() =>
      life.clock.soon(() => {
        dispatcher.close();
        life.end();
      }),
    );
  }

  #run(life: Life): void {
    const { host, disk } = this.machine;
    const { network, random, witness } = this.#ground;
    this.#bury();
    const store = this.memory.open(life);
    const logs = new LogFiles('/logs', '/results', disk.seenBy(life));
    const world = { clock: life.clock, network: network.seenBy(life, host) };
    const options = { ...dispatcherAddress, dialect: this.#dialect, classicRunMaxMs };
    const memory = { store, logs, start: random.hex(8) };
    const dispatcher = new Dispatcher(world, options, memory, this.machine.telling(life));
    witness.recovered(store, dispatcher.remembered);
    this.#dispatcher = dispatcher;
    void dispatcher.listen();
  }

  /** Of the dead one the memory is still there, as nobody but a witness can see it. */
  #bury(): void {
    const dead = this.#dispatcher;
    if (dead === null || this.memory.isBehind) return;
    // Its store is offered what it still had in hand; nothing that the dead do reaches the world.
    dead.close();
    this.#ground.witness.died(dead.remembered, this.memory.unwritten);
  }
}
