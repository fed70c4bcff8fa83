/**
 * Owns the work on the runs in hand: which slot each has, its suite while that goes on, its log on
 * the way to the dispatcher. Knows no connection; it is given one end of a pump.
 * Never decides: what is started, ended, shipped and forgotten, the core has said.
 */

import type { Report } from '../protocol/bodies.js';
import type { RunId } from '../protocol/ids.js';
import type { Clock } from '../world/clock.js';
import type { OpenFile } from '../world/disk.js';
import type { Because, Ending, Job } from './events.js';
import { LogPump, type PumpOptions } from './log-pump.js';
import { isMachineFault } from './process.js';
import type { Slot } from './slots.js';
import type { Command } from './suite.js';
import { type SuiteOptions, SuiteRun } from './suite-run.js';

export interface WorkshopEvents extends PumpOptions {
  readonly starting: (job: Job, command: Command) => void;
  readonly ended: (job: Job, ending: Ending) => void;
  /** The log of an ended run is not on disk any more. */
  readonly logLost: (run: RunId) => void;
}

/** A run's log for reading; null where the disk has lost it, `not now` without descriptors. */
export type Opened = OpenFile | null | 'not now';

export class Workshop {
  readonly #clock: Clock;
  readonly #slots: readonly Slot[];
  readonly #suite: SuiteOptions;
  readonly #events: WorkshopEvents;
  readonly #pump: LogPump;
  readonly #slotOf = new Map<RunId, Slot>();
  readonly #going = new Map<RunId, SuiteRun>();
  /** Logs that cannot be opened for want of descriptors; tried again at every tick. */
  readonly #unopened = new Map<RunId, { readonly offset: number; report: Report | null }>();

  constructor(clock: Clock, slots: readonly Slot[], suite: SuiteOptions, events: WorkshopEvents) {
    this.#clock = clock;
    this.#slots = slots;
    this.#suite = suite;
    this.#events = events;
    this.#pump = new LogPump(events);
    for (const slot of slots) for (const { job } of slot.kept) this.#slotOf.set(job.run, slot);
  }

  start(number: number, job: Job): void {
    const slot = this.#slots[number];
    if (slot === undefined) throw new Error(`there is no slot ${number}`);
    this.#slotOf.set(job.run, slot);
    const suite = new SuiteRun(this.#clock, slot, job, this.#suite, {
      starting: (command) => this.#events.starting(job, command),
      grown: (bytes) => this.#pump.grown(job.run, bytes),
    });
    this.#going.set(job.run, suite);
    void suite.ended.then((ending) => {
      this.#going.delete(job.run);
      this.#events.ended(job, ending);
      if (ending.kind !== 'report') return;
      const unopened = this.#unopened.get(job.run);
      if (unopened !== undefined) unopened.report = ending.report;
      this.#pump.ended(job.run, ending.report.logBytes);
    });
  }

  /** Ends the run's suite before its time. */
  end({ run }: Job, because: Because): void {
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

  forget({ run }: Job): void {
    this.#unopened.delete(run);
    this.#pump.forget(run);
    this.#slotOf.get(run)?.files.forget(run);
    this.#slotOf.delete(run);
  }

  /** Resolves once no suite is going on. */
  async settled(): Promise<void> {
    await Promise.all([...this.#going.values()].map(({ ended }) => ended));
  }
}
