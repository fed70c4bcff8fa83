/**
 * Owns one run from the first byte of its log to its report on disk, wherever it is done. Ends in exactly
 * one `Ending`: red tests are a value here, and a disk that is full is the machine's fault.
 */

import type { Report } from '../protocol/bodies.js';
import type { Clock } from '../world/clock.js';
import type { Because, Ending, Run } from './core/events.js';
import { type Execution, type Executor, machineFault, type Watch } from './executor.js';
import { RunLog } from './run-log.js';

export interface AttemptOptions {
  readonly executor: Executor;
  readonly slot: number;
  readonly logBytesMax: number;
}

export interface AttemptEvents extends Pick<Watch, 'starting'> {
  /** The log holds that many bytes now. */
  readonly grown: (bytes: number) => void;
}

export class Attempt {
  readonly ended: Promise<Ending>;
  readonly #clock: Clock;
  readonly #run: Run;
  readonly #options: AttemptOptions;
  readonly #events: AttemptEvents;
  #log: RunLog | null = null;
  #execution: Execution | null = null;
  /** Why it is to end, before there is anything to be ended. */
  #stop: Because | 'too-long' | null = null;
  #fault: Error | null = null;

  constructor(clock: Clock, run: Run, options: AttemptOptions, events: AttemptEvents) {
    this.#clock = clock;
    this.#run = run;
    this.#options = options;
    this.#events = events;
    this.ended = this.#go();
  }

  /** How long the log is by now. */
  get logBytes(): number {
    return this.#log?.bytes ?? 0;
  }

  stop(because: Because | 'too-long'): void {
    this.#stop ??= because;
    this.#execution?.stop(because);
  }

  async #go(): Promise<Ending> {
    const { executor, slot } = this.#options;
    // Where nothing can be done, nothing is written either: the place may be another's.
    const refusal = executor.whyNot(slot);
    if (refusal !== null) return refusal;
    const ending = await this.#execute();
    if (ending.kind !== 'handback') return ending;
    const since = executor.whyNot(slot);
    return since?.kind === 'unfit' ? since : ending;
  }

  async #execute(): Promise<Ending> {
    const { executor, slot, logBytesMax } = this.#options;
    const startedAtMs = this.#clock.nowMs();
    try {
      const files = executor.slots[slot]?.files;
      if (files === undefined) throw new Error(`there is no slot ${slot}`);
      const file = files.createLog(this.#run.id);
      const log = new RunLog(file, logBytesMax, this.#events.grown);
      this.#log = log;
      this.#execution = executor.start(slot, this.#run, {
        starting: this.#events.starting,
        output: (bytes) => this.#take(bytes, log),
        lastOutput: () => log.last(),
      });
      if (this.#stop !== null) this.#execution.stop(this.#stop);
      const outcome = await this.#execution.ended;
      if (this.#fault !== null) throw this.#fault;
      if (outcome.kind !== 'done') return outcome;
      log.finish(outcome.verdict.reason);
      const durationMs = this.#clock.nowMs() - startedAtMs;
      const report: Report = { ...outcome.verdict, logBytes: log.bytes, durationMs };
      await files.keep({ run: this.#run, report }, file);
      return { kind: 'report', report };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return machineFault(message);
    } finally {
      this.#log?.file.close();
    }
  }

  #take(output: Buffer, log: RunLog): void {
    if (this.#fault !== null) return;
    try {
      if (!log.take(output)) this.stop('too-long');
    } catch (error) {
      // A full disk: without its log the run is worth nothing.
      this.#fault = error as Error;
      this.stop('aborted');
    }
  }
}
