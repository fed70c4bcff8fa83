/**
 * Owns one run in one slot, from the checkout to the report on disk. Knows no dispatcher: it is
 * told to stop, and it ends in exactly one `Ending`. Red tests are a value here, not an error.
 *
 *   checkout --> which suite? --> process --> tree is empty --> log and report on disk --> clean
 *   '------------- its time runs --------------'
 *
 * A checkout that takes too long is `timed-out`, and not handed back as a remote that is away is:
 * a remote that says nothing is noticed long before (checkout.ts), and what remains (a filter that
 * hangs, a tree too large for the time) would take its whole time again on every runner.
 */

import type { Handback, Report } from '../protocol/bodies.js';
import type { Cancel, Clock } from '../world/clock.js';
import type { Remarks } from './checkout.js';
import type { Because, Ending, Run } from './core/events.js';
import { whyNotStarted } from './could-not-start.js';
import { type RunnerNames, suiteEnvironment } from './environment.js';
import { machineFault, slotDeleted, slotLost, unwanted } from './handbacks.js';
import { meansIn } from './means.js';
import { isMachineFault } from './process.js';
import { RunLog } from './run-log.js';
import type { RunningSuite, Slot } from './slots.js';
import { type Command, findSuite } from './suite.js';
import { treeAt } from './tree.js';
import { type Ended, errored, type Verdict, verdictOn } from './verdict.js';

export interface SuiteOptions {
  /** `--command`; null: what the tree shows. */
  readonly command: string | null;
  /** Whether suites are cut off from the network. */
  readonly isOffline?: boolean;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly logBytesMax: number;
  readonly names: RunnerNames;
  /** What of our own the suite gets. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SuiteEvents {
  readonly starting: (command: Command) => void;
  /** The log holds that many bytes now. */
  readonly grown: (bytes: number) => void;
}

type Stop = Because | 'timed-out' | 'too-long';

export class SuiteRun {
  /** Resolves once log and report are on disk, or the run is another runner's. */
  readonly ended: Promise<Ending>;
  readonly #run: Run;
  readonly #clock: Clock;
  readonly #slot: Slot;
  readonly #options: SuiteOptions;
  readonly #events: SuiteEvents;
  #log: RunLog | null = null;
  #fault: Error | null = null;
  #process: RunningSuite | null = null;
  #stop: Stop | null = null;
  #isCheckingOut = false;
  #remarks: Remarks = { log: '', fault: null };
  #cancelTimeout: Cancel = () => {};
  #cancelKill: Cancel = () => {};

  constructor(clock: Clock, slot: Slot, run: Run, options: SuiteOptions, events: SuiteEvents) {
    this.#clock = clock;
    this.#slot = slot;
    this.#run = run;
    this.#options = options;
    this.#events = events;
    this.ended = this.#go();
  }

  /** How long the log is by now. */
  get logBytes(): number {
    return this.#log?.bytes ?? 0;
  }

  /** Ends the run's processes; the first reason is the one that is reported. */
  stop(because: Stop): void {
    const isFirst = this.#stop === null;
    this.#stop ??= because;
    if (this.#isCheckingOut) this.#endCheckout(because, isFirst);
    else if (because === 'aborted') this.#process?.kill();
    else this.#process?.end();
  }

  async #go(): Promise<Ending> {
    // Without its clone nothing is made anew here: that would only look like one.
    const unfit = this.#unfit();
    if (unfit !== null) return unfit;
    const ending = await this.#attempt();
    return ending.kind === 'handback' ? (this.#unfit() ?? ending) : ending;
  }

  #unfit(): Ending | null {
    const detail = this.#slot.whyUnfit();
    return detail === null ? null : { kind: 'unfit', handback: { reason: 'stopped', detail } };
  }

  async #attempt(): Promise<Ending> {
    const startedAtMs = this.#clock.nowMs();
    this.#cancelTimeout = this.#clock.after(this.#options.timeoutMs, () => this.stop('timed-out'));
    try {
      // Also the slot's folder would be made anew where another's is to be seen.
      const blocked = this.#slot.checkout.whyBlocked();
      if (blocked !== null) return { kind: 'handback', handback: machineFault(blocked) };
      if (!this.#slot.lock.renew()) return { kind: 'handback', handback: slotLost };
      const file = this.#slot.files.createLog(this.#run.id);
      const log = new RunLog(file, this.#options.logBytesMax, this.#events.grown);
      this.#log = log;
      const refusal = await this.#checkOut();
      if (refusal !== null && !this.#run.classic && this.#stop === null) {
        return { kind: 'handback', handback: refusal };
      }
      const verdict = await this.#verdict(refusal, log);
      if (this.#stop === 'revoked' || this.#stop === 'aborted') {
        return { kind: 'handback', handback: unwanted };
      }

      if (!this.#slot.lock.isWhole()) return { kind: 'handback', handback: slotDeleted };

      log.finish(verdict.reason);
      const durationMs = this.#clock.nowMs() - startedAtMs;
      const report: Report = { ...verdict, logBytes: log.bytes, durationMs };
      await this.#slot.files.keep({ run: this.#run, report }, log.file);
      return { kind: 'report', report };
    } catch (error) {
      // The world's failure (a full disk) has a code: another runner may fare better.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return { kind: 'handback', handback: machineFault(message) };
    } finally {
      this.#cancelTimeout();
      this.#log?.file.close();
      // In a slot that another runner has by now, nothing is ours to remove.
      const { checkout, lock } = this.#slot;
      const isOurs =
        this.#slot.whyUnfit() === null && (checkout.whyBlocked() !== null || lock.renew());
      if (isOurs) checkout.clean();
    }
  }

  async #checkOut(): Promise<Handback | null> {
    this.#isCheckingOut = true;
    try {
      const refusal = await this.#slot.checkout.at(this.#run.commit);
      if (refusal === null) this.#remarks = await this.#slot.checkout.remarks(this.#run.commit);
      return refusal;
    } finally {
      this.#isCheckingOut = false;
      this.#cancelKill();
    }
  }

  #endCheckout(because: Stop, isFirst: boolean): void {
    const { checkout } = this.#slot;
    if (because === 'aborted') {
      checkout.end('SIGKILL');
    } else if (isFirst) {
      checkout.end('SIGTERM');
      this.#cancelKill = this.#clock.after(this.#options.graceMs, () => checkout.end('SIGKILL'));
    }
  }

  /** A classic dispatcher takes no run back: why it was refused is then its result. */
  async #verdict(refusal: Handback | null, log: RunLog): Promise<Verdict> {
    if (this.#stop !== null) return this.#stopped(this.#stop, nothing);
    if (refusal !== null) return errored(`The commit could not be checked out: ${refusal.detail}`);
    return this.#remarks.fault === null ? this.#test(log) : errored(this.#remarks.fault);
  }

  async #test(log: RunLog): Promise<Verdict> {
    const { checkout } = this.#slot;
    const tree = treeAt(checkout.folder);
    const { names, command, isOffline = false } = this.#options;
    const environment = suiteEnvironment(this.#options.environment, this.#run, names);
    const suite = findSuite(tree, command, meansIn(environment['PATH'] ?? '', !isOffline));
    if (suite.kind === 'none') return errored(suite.says);

    this.#events.starting(suite.command);
    this.#take(Buffer.from(this.#remarks.log), log);
    const output = this.#slot.output.open(this.#clock, (bytes) => this.#take(bytes, log));
    try {
      this.#process = this.#slot.startProcess(this.#clock, {
        command: suite.command,
        cwd: checkout.folder,
        environment,
        output: output.writer,
        mark: `TRIVET_RUN=${this.#run.id}`,
        graceMs: this.#options.graceMs,
      });
    } finally {
      output.closeWriter();
    }
    const end = await this.#process.ended;
    this.#cancelTimeout();
    output.finish();
    await output.taken;
    if (this.#fault !== null) throw this.#fault;
    if (end.couldNotStart !== null) {
      if (isMachineFault(end.couldNotStart)) throw end.couldNotStart;
      const why = whyNotStarted(end.couldNotStart, suite.command, tree);
      return errored(`The suite could not start: ${why}`);
    }
    if (this.#stop !== null) return this.#stopped(this.#stop, end);
    return verdictOn(end, suite.command, () => log.last());
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

  #stopped(stop: Stop, { exitCode, signal }: Ended): Verdict {
    const { timeoutMs, logBytesMax } = this.#options;
    switch (stop) {
      case 'timed-out': {
        const what = this.#process === null ? 'Its checkout' : 'The run';
        const reason = `${what} took longer than ${timeoutMs / 1_000} s and was ended`;
        return { end: 'timed-out', exitCode, signal, reason };
      }
      case 'too-long':
        return errored(`The suite printed more than ${logBytesMax} bytes and was ended`);
      default:
        return { end: 'cancelled', exitCode, signal, reason: '' };
    }
  }
}

const nothing: Ended = { exitCode: null, signal: null, memoryKills: 0 };
