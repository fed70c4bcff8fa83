/**
 * Owns the dispatcher's machine: what dispatcher/main.ts does, on a simulated outside.
 */

import { Dispatcher, type Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import type { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';
import { Memory } from './memory.js';
import { Random } from './random.js';

/** How long a classic runner may take. */
const classicRunMaxMs = 15_000;

/** Of a thousand worlds, in so many the store takes its time, and so long at most for an answer. */
const slowStores = 200;
const answerMsMost = 2_000;

/** Of a thousand starts, so many begin with a new backup. */
const backups = 250;

/** All that a dispatcher has on disk, at a moment when it did not run. */
interface Backup {
  /** So many entries had happened. */
  readonly entries: number;
  readonly store: Buffer | null;
  readonly logs: ReadonlyMap<string, Buffer>;
  readonly results: ReadonlyMap<string, Buffer>;
}

export class DispatcherMachine {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly #ground: Ground;
  readonly #dialect: 'classic' | 'py3';
  #dispatcher: Dispatcher | null = null;
  /** The last one; at first there is none, and whoever puts that back has deleted everything. */
  #backup: Backup = { entries: 0, store: null, logs: new Map(), results: new Map() };
  #isToBePutBack = false;

  constructor(ground: Ground, disk: SimulatedDisk, dialect: 'classic' | 'py3') {
    const { host } = dispatcherAddress;
    this.machine = new Machine(
      ground,
      { name: 'dispatcher', host, disk },
      { run: (life) => this.#run(life), drain: () => this.#drain() },
    );
    this.#ground = ground;
    this.#dialect = dialect;
    const slow = new Random(ground.seed, 'store');
    const isSlow = slow.perMille(slowStores);
    this.memory = new Memory(
      (entries, listChanges) => ground.witness.appended(entries, listChanges),
      () => (isSlow && slow.perMille(300) ? slow.between(1, answerMsMost) : 0),
    );
  }

  /** What it has in memory, where all that it decided is on disk; else null. */
  get settled(): Remembered | null {
    const { life } = this.machine;
    const dispatcher = this.#dispatcher;
    if (dispatcher === null || !life.isAlive || life.isMidTurn) return null;
    return dispatcher.unperformed.length === 0 ? dispatcher.remembered : null;
  }

  /** Ends its process, and puts the last backup back before it starts again. */
  restore(): void {
    this.#isToBePutBack = true;
    this.machine.life.end();
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
    const { random } = this.#ground;
    this.#bury();
    if (this.#isToBePutBack) this.#putBack();
    else if (this.#ground.hasBackups && random.perMille(backups)) this.#backUp();
    void this.#begin(life, random.hex(8));
  }

  async #begin(life: Life, start: string): Promise<void> {
    const { host, disk } = this.machine;
    const { network, witness, record } = this.#ground;
    const store = this.memory.open(life);
    const logs = new LogFiles('/logs', '/results', disk.seenBy(life));
    const world = { clock: life.clock, network: network.seenBy(life, host) };
    const settings = { supersede: this.#ground.isTeam, repositories: new Map() };
    const options = {
      ...{ ...dispatcherAddress, dialect: this.#dialect, classicRunMaxMs, settings },
    };
    const recovered = await store.recover();
    const vault = await this.memory.openVault();
    if (!life.isAlive) return;
    const memory = { store, recovered, queries: this.memory.queries(life), logs, vault, start };
    const tell = this.machine.telling(life);
    const dispatcher = new Dispatcher(world, options, memory, (told) => {
      tell(told);
      if (!life.isAlive) return;
      witness.copies.told(told);
      witness.offers.told(told, dispatcher.remembered.runners());
    });
    if (record !== null) dispatcher.feed.follow(record.followed());
    witness.recovered(this.memory.look(), dispatcher.remembered);
    this.#dispatcher = dispatcher;
    await dispatcher.listen();
  }

  #backUp(): void {
    const { disk } = this.machine;
    this.#backup = {
      entries: this.#ground.witness.journal.length,
      store: this.memory.copy(),
      logs: disk.copyOf('/logs'),
      results: disk.copyOf('/results'),
    };
  }

  #putBack(): void {
    const { random, witness } = this.#ground;
    const { entries, store, logs, results } = this.#backup;
    this.#isToBePutBack = false;
    this.memory.putBack(store);
    this.machine.disk.putBack('/results', results);
    // Whoever copies a backup over what is there leaves the logs of a future that did not happen.
    if (random.perMille(500)) this.machine.disk.putBack('/logs', logs);
    witness.wentBack(entries);
  }

  /** Of the dead one the memory is still there, as nobody but a witness can see it. */
  #bury(): void {
    const dead = this.#dispatcher;
    this.#dispatcher = null;
    if (dead === null) return;
    const written = new Set(this.memory.lastAppended);
    const unwritten = dead.unperformed.filter((entry) => !written.has(entry));
    this.#ground.witness.died(dead.remembered, unwritten);
  }
}
