/**
 * Owns one run in one slot of this machine, from its checkout to the last of its processes.
 * Knows no dispatcher: it is told to stop. Red tests are a value here, not an error.
 *
 *   checkout --> which suite? --> process --> tree is empty --> clean, while nobody waits
 *   '------------- its time runs --------------'
 *
 * A checkout that takes too long is `timed-out`, and not handed back as a remote that is away is:
 * a remote that says nothing is noticed long before (checkout.ts), and what remains (a filter that
 * hangs, a tree too large for the time) would take its whole time again on every runner.
 */

import type { Handback } from '../../protocol/bodies.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Remarks } from '../checkout/checkout.js';
import type { Because, Run } from '../core/events.js';
import {
  type Done,
  type Execution,
  isMachineFault,
  machineFault,
  type NotDone,
  type Verdict,
  type Watch,
} from '../executor.js';
import { type RunnerNames, suiteEnvironment } from '../suite/environment.js';
import { noSandbox } from '../suite/process.js';
import { findSuite, meansIn } from '../suite/suite.js';
import { treeAt } from '../suite/tree.js';
import { type Ended, errored, verdictOn, whyNotStarted } from '../suite/verdict.js';
import type { LocalSlot, RunningSuite } from './slots.js';

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

type Stop = Because | 'timed-out' | 'too-long';

export class LocalExecution implements Execution {
  readonly ended: Promise<Done | NotDone>;
  readonly #run: Run;
  readonly #clock: Clock;
  readonly #slot: LocalSlot;
  readonly #options: SuiteOptions;
  readonly #watch: Watch;
  #process: RunningSuite | null = null;
  #stop: Stop | null = null;
  #isCheckingOut = false;
  #remarks: Remarks = { log: '', fault: null };
  #cancelTimeout: Cancel = () => {};
  #cancelKill: Cancel = () => {};

  constructor(clock: Clock, slot: LocalSlot, run: Run, options: SuiteOptions, watch: Watch) {
    this.#clock = clock;
    this.#slot = slot;
    this.#run = run;
    this.#options = options;
    this.#watch = watch;
    this.ended = this.#go();
  }

  /** Ends the run's processes; the first reason is the one that is reported. */
  stop(because: Stop): void {
    const isFirst = this.#stop === null;
    this.#stop ??= because;
    if (this.#isCheckingOut) this.#endCheckout(because, isFirst);
    else if (because === 'aborted') this.#process?.kill();
    else this.#process?.end();
  }

  async #go(): Promise<Done | NotDone> {
    this.#cancelTimeout = this.#clock.after(this.#options.timeoutMs, () => this.stop('timed-out'));
    try {
      const refusal = await this.#checkOut();
      if (refusal !== null && !this.#run.classic && this.#stop === null) return handBack(refusal);
      const verdict = await this.#verdict(refusal);
      if (this.#stop === 'revoked' || this.#stop === 'aborted') return handBack(unwanted);
      if (!this.#slot.lock.isWhole()) return machineFault(slotDeleted);
      return { kind: 'done', verdict };
    } finally {
      this.#cancelTimeout();
      // In a slot that another runner has by now, nothing is ours to remove.
      const { checkout, lock, whyUnfit } = this.#slot;
      const isOurs = whyUnfit() === null && (checkout.whyBlocked() !== null || lock.renew());
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
  async #verdict(refusal: Handback | null): Promise<Verdict> {
    if (this.#stop !== null) return this.#stopped(this.#stop, nothing);
    if (refusal !== null) return errored(`The commit could not be checked out: ${refusal.detail}`);
    return this.#remarks.fault === null ? this.#test() : errored(this.#remarks.fault);
  }

  async #test(): Promise<Verdict> {
    const { checkout } = this.#slot;
    const tree = treeAt(checkout.folder);
    const { names, command, isOffline = false } = this.#options;
    const environment = suiteEnvironment(this.#options.environment, this.#run, names);
    const suite = findSuite(tree, command, meansIn(environment['PATH'] ?? '', !isOffline));
    if (suite.kind === 'none') return errored(suite.says);

    this.#watch.starting(suite.command.says);
    this.#watch.output(Buffer.from(this.#remarks.log));
    const output = this.#slot.output.open(this.#clock, this.#watch.output);
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
    if (end.couldNotStart !== null) {
      const { couldNotStart: error } = end;
      if (isMachineFault(error) || error.code === noSandbox) throw error;
      const why = whyNotStarted(error, suite.command, tree);
      return errored(`The suite could not start: ${why}`);
    }
    if (this.#stop !== null) return this.#stopped(this.#stop, end);
    return verdictOn(end, suite.command, this.#watch.lastOutput);
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

const unwanted: Handback = { reason: 'stopped', detail: 'the run was given up' };

const slotDeleted = "the slot's folder was deleted during the run";

function handBack(handback: Handback): NotDone {
  return { kind: 'handback', handback };
}
