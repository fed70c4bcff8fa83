/**
 * Owns what every run in hand has, wherever it is done: its execution while that goes on, its log on
 * disk and on the way to the dispatcher, its report until that is recorded. Knows no connection; it
 * is given one end of a pump. Never decides: what is started, ended, shipped and forgotten, the core
 * has said.
 *
 *   start --> execution, log grows --> report, kept on disk --> recorded: all of it is forgotten
 */

import { type LogId, logIdOf, ownerOf, type RunId } from '../protocol/ids.js';
import type { Report } from '../protocol/job-bodies.js';
import type { SessionMessage } from '../protocol/messages.js';
import type { StepReport } from '../protocol/work.js';
import type { Clock } from '../world/clock.js';
import type { OpenFile } from '../world/disk.js';
import { isRefused, lacksRoom } from '../world/refusals.js';
import { Attempt } from './attempt.js';
import type { Because, Ending, KeptRun, Run } from './core/events.js';
import { type Executor, isMachineFault, isRefusal, type Slot } from './executor.js';
import { LogPump, type Order, type PumpOptions } from './log-pump.js';
import { logsOf } from './run-files.js';

export interface RunsEvents extends Omit<PumpOptions, 'unreadable'> {
  readonly starting: (run: Run, command: string) => void;
  readonly stepped: (run: RunId, report: StepReport) => void;
  readonly ended: (run: Run, ending: Ending) => void;
  /** The log of an ended run is not on disk any more, or cannot be read. */
  readonly logLost: (run: RunId) => void;
}

/** A log for reading; null where the disk has lost it or refuses it, `not now` without descriptors. */
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
  /** Logs that cannot be opened yet; tried again at every tick. */
  readonly #unopened = new Map<LogId, { readonly offset: number; report: Report | null }>();
  /** Runs that are over, whose files the disk does not let go; tried again at every tick. */
  readonly #clinging = new Map<RunId, Slot>();
  /** Whether the dispatcher at hand knows logs of steps. */
  #takesSteps = false;
  /** Runs whose logs it gets as they grow. */
  readonly #followed = new Set<RunId>();

  constructor(clock: Clock, executor: Executor, logBytesMax: number, events: RunsEvents) {
    this.#clock = clock;
    this.#executor = executor;
    this.#logBytesMax = logBytesMax;
    this.#events = events;
    const unreadable = (log: LogId, offset: number) => this.#unreadable(log, offset);
    this.#pump = new LogPump({ ...events, unreadable });
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
    const place = this.#executor.slotFor(slot, run);
    if (!isRefusal(place)) this.#slotOf.set(run.id, place);
    // A classic dispatcher gets one text.
    const hasStepLogs = this.#takesSteps && !run.classic;
    const { starting, stepped } = this.#events;
    const options = { executor: this.#executor, slot, logBytesMax: this.#logBytesMax, hasStepLogs };
    const attempt = new Attempt(this.#clock, run, options, {
      starting: (command) => starting(run, command),
      grown: (log, bytes) => this.#grown(log, bytes),
      stepped: (report) => {
        if (report.state !== 'running')
          this.#pump.ended(logIdOf(run.id, report.number), report.logBytes);
        if (this.#takesSteps) stepped(run.id, report);
      },
    });
    this.#going.set(run.id, attempt);
    void attempt.ended.then((ending) => this.#end(run, ending));
  }

  /** Ends the run's suite before its time. */
  end({ id: run }: Run, because: Because): void {
    this.#going.get(run)?.stop(because);
  }

  /**
   * A session begins. Those of the dispatcher's that know steps are told how those of each run that
   * goes on stand by now.
   */
  joined(takesSteps: boolean): void {
    this.#takesSteps = takesSteps;
    if (!takesSteps) return;
    for (const [run, { steps }] of this.#going) {
      for (const report of steps) this.#events.stepped(run, report);
    }
  }

  /**
   * Sends that log from `offset` on, as it grows, and with a run's own those of its steps, from their
   * beginning: what the dispatcher has of them it says, or overlooks. `report` is null while the run
   * goes on.
   */
  ship(log: LogId, offset: number, report: Report | null): void {
    const { run, step } = ownerOf(log);
    const known = report === null ? (this.#going.get(run)?.logs ?? []) : logsOf(run, report);
    const wanted = step === 0 ? known : known.filter((each) => each.log === log);
    if (step === 0) this.#followed.add(run);
    const orders: Order[] = [];
    for (const each of wanted) {
      if (each.log !== run && !this.#takesSteps) continue;
      const from = each.log === log ? offset : 0;
      this.#unopened.delete(each.log);
      const file = this.log(each.log);
      // While its run goes on there is time.
      if (file === 'not now' || (file === null && report === null)) {
        this.#unopened.set(each.log, { offset: from, report });
      } else if (file !== null) {
        const ended = report !== null || this.#hasEnded(each.log);
        orders.push({ ...each, file, offset: from, ended });
      } else {
        for (const order of orders) order.file.close();
        this.#events.logLost(run);
        return;
      }
    }
    this.#pump.ship(orders);
  }

  /** The connection has room again. */
  drained(): void {
    this.#pump.drained();
  }

  /** Tries again what could not be opened, or removed. */
  tick(): void {
    for (const [log, { offset, report }] of [...this.#unopened]) this.ship(log, offset, report);
    for (const [run, slot] of [...this.#clinging]) this.#remove(run, slot);
  }

  /** What an earlier release is told: where no steps are known, a report has room for no tests. */
  fitting(message: SessionMessage): SessionMessage {
    if (message.verb !== 'results' || this.#takesSteps) return message;
    const { tests: _, ...body } = message.body;
    return { ...message, body };
  }

  /** The connection is gone; over the next one the dispatcher says what it wants. */
  stopShipping(): void {
    this.#unopened.clear();
    this.#followed.clear();
    this.#pump.stop();
  }

  /** Opens a log of a run in hand. Whoever gets it closes it. */
  log(log: LogId): Opened {
    const slot = this.#slotOf.get(ownerOf(log).run);
    // It is about to be handed back: there was no place for it.
    if (slot === undefined) return null;
    try {
      return slot.files.openLog(log);
    } catch (error) {
      if (isMachineFault(error as NodeJS.ErrnoException)) return 'not now';
      // Another runner's disk may do better.
      if (isRefused(error)) return null;
      throw error;
    }
  }

  forget({ id: run }: Run): void {
    for (const log of this.#unopenedOf(run)) this.#unopened.delete(log);
    this.#followed.delete(run);
    this.#pump.forget(run);
    const slot = this.#slotOf.get(run);
    this.#slotOf.delete(run);
    if (slot !== undefined) this.#remove(run, slot);
  }

  /** Resolves once no suite is going on. */
  async settled(): Promise<void> {
    await Promise.all([...this.#going.values()].map(({ ended }) => ended));
  }

  #remove(run: RunId, slot: Slot): void {
    try {
      slot.files.forget(run);
      this.#clinging.delete(run);
    } catch (error) {
      if (!isRefused(error) && !lacksRoom(error)) throw error;
      this.#clinging.set(run, slot);
    }
  }

  /** While its run goes on it is tried again. */
  #unreadable(log: LogId, offset: number): void {
    const { run } = ownerOf(log);
    if (this.#going.has(run)) {
      this.#unopened.set(log, { offset, report: null });
      return;
    }
    this.#pump.forget(run);
    this.#events.logLost(run);
  }

  /** The log of a step begins with what it prints first. */
  #grown(log: LogId, bytes: number): void {
    const { run, step } = ownerOf(log);
    if (this.#pump.grown(log, bytes) || step === 0 || !this.#followed.has(run)) return;
    if (!this.#unopened.has(log)) this.ship(log, 0, null);
  }

  #hasEnded(log: LogId): boolean {
    const { run, step } = ownerOf(log);
    const standing = this.#going.get(run)?.steps.find(({ number }) => number === step);
    return standing !== undefined && standing.state !== 'running';
  }

  #unopenedOf(run: RunId): LogId[] {
    return [...this.#unopened.keys()].filter((log) => ownerOf(log).run === run);
  }

  #end(run: Run, ending: Ending): void {
    const { id } = run;
    this.#going.delete(id);
    this.#events.ended(run, ending);
    if (ending.kind !== 'report') return;
    const { report } = ending;
    for (const log of this.#unopenedOf(id)) {
      const unopened = this.#unopened.get(log);
      if (unopened !== undefined) unopened.report = report;
    }
    for (const { log, bytes } of logsOf(id, report)) this.#pump.ended(log, bytes);
  }
}
