/**
 * Owns one run from the first byte of its logs to its report on disk, wherever it is done. Ends in exactly
 * one `Ending`: red tests are a value here, and a disk that is full is the machine's fault.
 */

import type { LogId } from '../protocol/ids.js';
import { handback, type Report, report as reported } from '../protocol/job-bodies.js';
import { type StepReport, stepReport } from '../protocol/work.js';
import type { Clock } from '../world/clock.js';
import type { Because, Ending, Run } from './core/events.js';
import {
  type Execution,
  type Executor,
  isRefusal,
  machineFault,
  type StepStanding,
  type Watch,
} from './executor.js';
import { MaskedWatch } from './masking/masked-watch.js';
import { Masks } from './masking/masks.js';
import { RunLogs } from './run-logs.js';

export interface AttemptOptions {
  readonly executor: Executor;
  readonly slot: number;
  /** Of all its logs together. */
  readonly logBytesMax: number;
  /** Whether each step has a log of its own; else all is in the run's. */
  readonly hasStepLogs: boolean;
}

export interface AttemptEvents extends Pick<Watch, 'starting'> {
  /** The log holds that many bytes now. */
  readonly grown: (log: LogId, bytes: number) => void;
  readonly stepped: (report: StepReport) => void;
}

export class Attempt {
  readonly ended: Promise<Ending>;
  readonly #clock: Clock;
  readonly #run: Run;
  readonly #options: AttemptOptions;
  readonly #events: AttemptEvents;
  /** Through these goes all that leaves it. */
  readonly #masks: Masks;
  #logs: RunLogs | null = null;
  readonly #steps = new Map<number, StepReport>();
  #execution: Execution | null = null;
  /** Why it is to end, before there is anything to be ended. */
  #stop: Because | 'too-long' | null = null;
  #fault: Error | null = null;

  constructor(clock: Clock, run: Run, options: AttemptOptions, events: AttemptEvents) {
    this.#clock = clock;
    this.#run = run;
    this.#options = options;
    this.#events = events;
    this.#masks = new Masks(run.assignment.secrets);
    this.ended = this.#go();
  }

  /** Its logs, and how long they are by now. */
  get logs(): { readonly log: LogId; readonly bytes: number }[] {
    return this.#logs?.all() ?? [];
  }

  /** How its steps stand, in the order of their numbers. */
  get steps(): StepReport[] {
    const steps = [...this.#steps.values()].toSorted((one, other) => one.number - other.number);
    return steps.map((step) => ({ ...step, logBytes: this.#logs?.bytesOf(step.number) ?? 0 }));
  }

  stop(because: Because | 'too-long'): void {
    this.#stop ??= because;
    this.#execution?.stop(because);
  }

  async #go(): Promise<Ending> {
    const { executor, slot } = this.#options;
    // Where nothing can be done, nothing is written either: the place may be another's.
    const refusal = executor.whyNot(slot, this.#run);
    if (refusal !== null) return refusal;
    const ending = this.#masked(await this.#execute());
    if (ending.kind !== 'handback') return ending;
    const since = executor.whyNot(slot, this.#run);
    return since?.kind === 'unfit' ? since : ending;
  }

  async #execute(): Promise<Ending> {
    const { executor, slot, logBytesMax: bytesMax, hasStepLogs } = this.#options;
    const startedAtMs = this.#clock.nowMs();
    try {
      const place = executor.slotFor(slot, this.#run);
      if (isRefusal(place)) return place;
      const { files } = place;
      const { grown } = this.#events;
      const logs = new RunLogs(files, this.#run.id, { bytesMax, hasStepLogs, grown });
      this.#logs = logs;
      const watch = new MaskedWatch(this.#watch(logs), this.#masks);
      this.#execution = executor.start(slot, this.#run, watch);
      if (this.#stop !== null) this.#execution.stop(this.#stop);
      const outcome = await this.#execution.ended;
      watch.end();
      if (this.#fault !== null) throw this.#fault;
      if (outcome.kind !== 'done') return outcome;
      const verdict = this.#masks.inAll(outcome.verdict, verdictBody);
      logs.own.finish(verdict.reason);
      await logs.synced();
      const durationMs = this.#clock.nowMs() - startedAtMs;
      const steps = this.#steps.size === 0 ? {} : { steps: this.steps };
      const logBytes = logs.own.bytes;
      const report: Report = { ...verdict, logBytes, durationMs, ...steps };
      await files.keep({ run: this.#run, report }, logs.own.file);
      return { kind: 'report', report };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return machineFault(message);
    } finally {
      this.#logs?.close();
    }
  }

  #masked(ending: Ending): Ending {
    if (ending.kind === 'report') return ending;
    return { ...ending, handback: this.#masks.inAll(ending.handback, handback) };
  }

  #watch(logs: RunLogs): Watch {
    return {
      starting: this.#events.starting,
      output: (bytes, step = 0) => {
        this.#write(() => {
          if (!logs.take(bytes, step)) this.stop('too-long');
        });
      },
      lastOutput: () => logs.own.last(),
      stepped: (standing) => this.#write(() => this.#stepped(standing, logs)),
    };
  }

  #stepped(standing: StepStanding, logs: RunLogs): void {
    const { number, name, state, startedAfterMs, reason } = standing;
    if (state !== 'running' && startedAfterMs !== null) logs.stepEnded(number, name, reason);
    const report = { ...standing, ...saidOf.parse(standing), logBytes: logs.bytesOf(number) };
    this.#steps.set(number, report);
    this.#events.stepped(report);
  }

  /** A full disk: without its logs the run is worth nothing. */
  #write(write: () => void): void {
    if (this.#fault !== null) return;
    try {
      write();
    } catch (error) {
      this.#fault = error as Error;
      this.stop('aborted');
    }
  }
}

/** Of a step in words; a plan's and a tool's may be longer than what the wire takes. */
const saidOf = stepReport.pick({ name: true, reason: true });

/** What an executor says of a run that it has done. */
const verdictBody = reported.omit({ logBytes: true, durationMs: true, steps: true });
