/**
 * Owns the dispatcher's machine: what dispatcher/main.ts does, with simulated doors.
 */

import { Dispatcher } from '../../src/dispatcher/shell/dispatcher.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import type { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';
import { Memory } from './memory.js';

/** How long an ancestor's runner may take. */
const classicRunMaxMs = 15_000;

export class DispatcherMachine extends Machine {
  readonly memory: Memory;
  readonly #dialect: 'classic' | 'py3';
  #dispatcher: Dispatcher | null = null;

  constructor(ground: Ground, disk: SimulatedDisk, dialect: 'classic' | 'py3') {
    super(ground, 'dispatcher', dispatcherAddress.host, disk);
    this.#dialect = dialect;
    this.memory = new Memory((entries) => ground.witness.appended(entries));
  }

  /** What its core counts, where all that it decided is on disk; else null. */
  get counts(): { waiting: number; leased: number } | null {
    const isSettled = this.life.isAlive && !this.life.isMidTurn && !this.memory.isFull;
    return isSettled ? (this.#dispatcher?.recovered ?? null) : null;
  }

  drain(): void {
    const { life } = this;
    const dispatcher = this.#dispatcher;
    if (dispatcher === null || !life.isAlive) return;
    dispatcher.drain(() =>
      life.clock.soon(() => {
        dispatcher.close();
        life.end();
      }),
    );
  }

  protected run(life: Life): void {
    const { network, random, witness } = this.ground;
    const store = this.memory.open(life);
    const logs = new LogFiles('/logs', '/results', this.disk.seenBy(life));
    const world = { clock: life.clock, network: network.seenBy(life, this.host) };
    const options = { ...dispatcherAddress, dialect: this.#dialect, classicRunMaxMs };
    const memory = { store, logs, start: random.hex(8) };
    const dispatcher = new Dispatcher(world, options, memory, this.tell(life));
    witness.recovered(store, dispatcher.recovered);
    this.#dispatcher = dispatcher;
    void dispatcher.listen();
  }
}
