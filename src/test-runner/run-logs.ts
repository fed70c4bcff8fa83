/**
 * Owns all logs of one run while they are written: its own, and one for each step that prints. Throws
 * what the disk says. Invariant: all of them together hold no more output than one run may print.
 *
 * A dispatcher that knows no logs of steps gets all in the run's own, one step below the other: what
 * a step has printed is then moved there as it ends.
 */

import { type LogId, logIdOf, type RunId } from '../protocol/ids.js';
import { logChunkBytesMax } from '../protocol/limits.js';
import type { RunFiles } from './run-files.js';
import { RunLog } from './run-log.js';

export interface RunLogsOptions {
  /** Of output, in all logs together. */
  readonly bytesMax: number;
  /** Whether each step has a log of its own. */
  readonly hasStepLogs: boolean;
  /** Hears how long a log is now. */
  readonly grown: (log: LogId, bytes: number) => void;
}

export class RunLogs {
  readonly own: RunLog;
  readonly #files: RunFiles;
  readonly #run: RunId;
  readonly #options: RunLogsOptions;
  readonly #ofSteps = new Map<number, RunLog>();
  /** Of those that have ended; null once it is on disk. */
  readonly #closing: Promise<Error | null>[] = [];
  readonly #lengths = new Map<number, number>();
  #roomBytes: number;

  constructor(files: RunFiles, run: RunId, options: RunLogsOptions) {
    this.#files = files;
    this.#run = run;
    this.#options = options;
    this.#roomBytes = options.bytesMax;
    this.own = new RunLog(files.createLog(run), (bytes) => options.grown(run, bytes));
  }

  /** How long the log of that step is by now; 0 is the run's own. */
  bytesOf(step: number): number {
    return step === 0 ? this.own.bytes : (this.#lengths.get(step) ?? 0);
  }

  /** Those that hold anything, and the run's own. */
  all(): { readonly log: LogId; readonly bytes: number }[] {
    const { hasStepLogs } = this.#options;
    const steps = hasStepLogs ? [...this.#lengths] : [];
    return [
      { log: this.#run, bytes: this.own.bytes },
      ...steps.map(([step, bytes]) => ({ log: logIdOf(this.#run, step), bytes })),
    ];
  }

  /** False where not all of it fits. */
  take(output: Buffer, step: number): boolean {
    const fits = output.subarray(0, this.#roomBytes);
    if (fits.length > 0) this.#of(step).append(fits);
    this.#roomBytes -= fits.length;
    return fits.length === output.length;
  }

  /** The step has ended: its log is whole, and on its way to the disk. */
  stepEnded(step: number, name: string, reason: string): void {
    if (!this.#options.hasStepLogs) this.own.line(`=== ${name} ===`);
    if (reason !== '') this.#of(step).finish(reason);
    const log = this.#ofSteps.get(step);
    if (log === undefined) return;
    this.#ofSteps.delete(step);
    if (this.#options.hasStepLogs) this.#closing.push(closed(log));
    else this.#move(log, step);
  }

  /** Resolves once the logs of all steps are on disk, and rejects with what the disk refused. */
  async synced(): Promise<void> {
    const refusal = (await Promise.all(this.#closing)).find((each) => each !== null);
    if (refusal !== undefined) throw refusal;
  }

  close(): void {
    for (const { file } of [this.own, ...this.#ofSteps.values()]) file.close();
  }

  #of(step: number): RunLog {
    if (step === 0) return this.own;
    const open = this.#ofSteps.get(step);
    if (open !== undefined) return open;
    const log = logIdOf(this.#run, step);
    const { hasStepLogs, grown } = this.#options;
    const made = new RunLog(this.#files.createLog(log), (bytes) => {
      this.#lengths.set(step, bytes);
      if (hasStepLogs) grown(log, bytes);
    });
    this.#ofSteps.set(step, made);
    return made;
  }

  /** To the end of the run's own. */
  #move({ file, bytes }: RunLog, step: number): void {
    const buffer = Buffer.alloc(logChunkBytesMax);
    for (let at = 0; at < bytes; ) {
      const length = file.read(buffer, at);
      if (length === 0) break;
      this.own.append(buffer.subarray(0, length));
      at += length;
    }
    file.close();
    this.#lengths.delete(step);
    this.#files.forgetStep(logIdOf(this.#run, step));
  }
}

/** Held open no longer than the disk needs for it: there may be many. */
async function closed({ file }: RunLog): Promise<Error | null> {
  try {
    await file.sync();
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    file.close();
  }
}
