/**
 * Owns what every run in hand has, wherever it is done: its execution while that goes on, its log on
 * disk and on the way to the dispatcher, its report until that is recorded. Knows no connection; it
 * is given one end of a pump. Never decides: what is started, ended, shipped and forgotten, the core
 * has said.
 *
 *   start --> execution, log grows --> report, kept on disk --> recorded: all of it is forgotten
 */

import type { Report } from '../protocol/bodies.js';
import type { RunId } from '../protocol/ids.js';
import type { Clock } from '../world/clock.js';
import type { OpenFile } from '../world/disk.js';
import { Attempt } from './attempt.js';
import type { Because, Ending, KeptRun, Run } from './core/events.js';
import { type Executor, isMachineFault, type Slot } from './executor.js';
import { LogPump, type PumpOptions } from './log-pump.js';

export interface RunsEvents extends PumpOptions {
  readonly starting: (run: Run, command: string) => void;
  readonly ended: (run: Run, ending: Ending) => void;
  /** The log of an ended run is not on disk any more. */
  readonly logLost: (run: RunId) => void;
}

/** A run's log for reading; null where the disk has lost it, `not now` without descriptors. */
export type Opened = OpenFile | null | 'not now';

export class Runs {
  readonly #clock: Clock;
  readonly #executor: Executor;
  readonly #logBytesMax: number;
  readonly #events: RunsEvents;
  readonly #pump: LogPump;
  /** So many slots are known. */
  #slots = 0;
  readonly #slotOf = new Map<RunId, Slot>();
  readonly #going = new Map<RunId, Attempt>();
  /** Logs that cannot be opened for want of descriptors; tried again at every tick. */
  readonly #unopened = new Map<RunId, { readonly offset: number; report: Report | null }>();

  constructor(clock: Clock, executor: Executor, logBytesMax: number, events: RunsEvents) {
    this.#clock = clock;
    this.#executor = executor;
    this.#logBytesMax = logBytesMax;
    this.#events = events;
    this.#pump = new LogPump(events);
  }

  /** Results that an earlier process left in slots that are new: they are in hand from now on. */
  adopt(): KeptRun[] {
    const added = this.#executor.slots.slice(this.#slots);
    this.#slots += added.length;
    for (const slot of added) {
      for (const { run } of slot.kept) this.#slotOf.set(run.id, slot);
    }
    return added.flatMap(({ kept }) => kept);
  }

  start(slot: number, run: Run): void {
    const place = this.#executor.slots[slot];
    if (place === undefined) throw new Error(`there is no slot ${slot}`);
    this.#slotOf.set(run.id, place);
    const options = { executor: this.#executor, slot, logBytesMax: this.#logBytesMax };
    const attempt = new Attempt(this.#clock, run, options, {
      starting: (command) => this.#events.starting(run, command),
      grown: (bytes) => this.#pump.grown(run.id, bytes),
    });
    this.#going.set(run.id, attempt);
    void attempt.ended.then((ending) => this.#end(run, ending));
  }

  /** Ends the run's suite before its time. */
  end({ id: run }: Run, because: Because): void {
    this.#going.get(run)?.stop(because);
  }

  /** Sends the run's log from `offset` on, as it grows; `report` is null while the run goes on. */
  ship(run: RunId, offset: number, report: Report | null): void {
    this.#unopened.delete(run);
    const log = this.log(run);
    if (log === 'not now') {
      this.#unopened.set(run, { offset, report });
      return;
    }
    if (log === null) {
      // A run that goes on without a log (a full disk) is handed back by its own end.
      if (report !== null) this.#events.logLost(run);
      return;
    }
    const bytes = report?.logBytes ?? this.#going.get(run)?.logBytes ?? 0;
    this.#pump.ship(run, log, { offset, bytes, ended: report !== null });
  }

  /** The connection has room again. */
  drained(): void {
    this.#pump.drained();
  }

  /** Tries again what could not be opened. */
  tick(): void {
    for (const [run, { offset, report }] of [...this.#unopened]) this.ship(run, offset, report);
  }

  /** The connection is gone; over the next one the dispatcher says what it wants. */
  stopShipping(): void {
    this.#unopened.clear();
    this.#pump.stop();
  }

  /** Opens the log of a run in hand. Whoever gets it closes it. */
  log(run: RunId): Opened {
    const slot = this.#slotOf.get(run);
    if (slot === undefined) throw new Error(`run ${run} has no slot`);
    try {
      return slot.files.openLog(run);
    } catch (error) {
      if (!isMachineFault(error as NodeJS.ErrnoException)) throw error;
      return 'not now';
    }
  }

  forget({ id: run }: Run): void {
    this.#unopened.delete(run);
    this.#pump.forget(run);
    this.#slotOf.get(run)?.files.forget(run);
    this.#slotOf.delete(run);
  }

  /** Resolves once no suite is going on. */
  async settled(): Promise<void> {
    await Promise.all([...this.#going.values()].map(({ ended }) => ended));
  }

  #end(run: Run, ending: Ending): void {
    const { id } = run;
    this.#going.delete(id);
    this.#events.ended(run, ending);
    if (ending.kind !== 'report') return;
    const unopened = this.#unopened.get(id);
    if (unopened !== undefined) unopened.report = ending.report;
    this.#pump.ended(id, ending.report.logBytes);
  }
}
