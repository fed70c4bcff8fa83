/**
 * Owns one run in one slot of this machine, from its checkout to the last of its processes.
 * Knows no dispatcher: it is told to stop. Red tests are a value here, not an error.
 *
 *   checkout --> steps, or which suite? --> processes --> tree is empty --> clean, while nobody waits
 *   '------------- its time runs --------------'
 *
 * A checkout that takes too long is `timed-out`, and not handed back as a remote that is away is:
 * a remote that says nothing is noticed long before (checkout.ts), and what remains (a filter that
 * hangs, a tree too large for the time) would take its whole time again on every runner.
 */

import type { Handback } from '../../protocol/job-bodies.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { RunCaches } from '../cache/run-caches.js';
import type { Remarks } from '../checkout/checkout.js';
import type { Because, Run } from '../core/events.js';
import {
  type Done,
  type Execution,
  machineFault,
  type NotDone,
  type Verdict,
  type Watch,
} from '../executor.js';
import { hooksAround, type JobHooks } from '../hooks/job-hooks.js';
import type { Around } from '../steps/around.js';
import type { StepExecutor } from '../steps/step-executor.js';
import type { RunnerNames } from '../suite/environment.js';
import { type Ended, errored } from '../suite/verdict.js';
import { beginJob } from './beginning.js';
import type { Doing, Means, Workplace } from './doing.js';
import type { LocalSlot } from './slots.js';
import { TimeLimit } from './time-limit.js';

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
  /**
   * How a job's steps are run in a slot, and nothing else is then; by default as processes of this
   * machine.
   */
  readonly stepsBy?: (place: Workplace) => StepExecutor;
  /** What is done around the steps of a job, in this order. */
  readonly around?: readonly Around[];
  /** The folder of the owner's hooks; null: he has none. */
  readonly hooks?: string | null;
}

type Stop = Because | 'timed-out' | 'too-long';

export class LocalExecution implements Execution {
  readonly ended: Promise<Done | NotDone>;
  readonly #run: Run;
  readonly #clock: Clock;
  readonly #slot: LocalSlot;
  readonly #options: SuiteOptions;
  readonly #watch: Watch;
  readonly #startedAtMs: number;
  readonly #limit: TimeLimit;
  #doing: Pick<Doing, 'end' | 'kill'> | null = null;
  readonly #hooks: JobHooks | null;
  #caches: RunCaches | null = null;
  /** Ends what is copied from or to a cache. */
  readonly #copying = new AbortController();
  #stop: Stop | null = null;
  #isCheckingOut = false;
  #remarks: Remarks = { log: '', fault: null };
  #cancelHook: Cancel = () => {};
  #cancelKill: Cancel = () => {};

  constructor(clock: Clock, slot: LocalSlot, run: Run, options: SuiteOptions, watch: Watch) {
    this.#clock = clock;
    this.#slot = slot;
    this.#run = run;
    this.#options = options;
    this.#watch = watch;
    this.#startedAtMs = clock.nowMs();
    const { work, timeoutMs } = run.assignment;
    const asked = [work?.timeoutMs, timeoutMs].map((ms) => ms ?? Number.POSITIVE_INFINITY);
    this.#limit = new TimeLimit(clock, this.#startedAtMs, () => this.stop('timed-out'));
    this.#limit.atMost(Math.min(options.timeoutMs, ...asked));
    this.#hooks = hooksAround(clock, { slot, run, options, watch });
    this.ended = this.#go();
  }

  /** Ends the run's processes; the first reason is the one that is reported. */
  stop(because: Stop): void {
    const isFirst = this.#stop === null;
    this.#stop ??= because;
    this.#copying.abort();
    if (this.#isCheckingOut) this.#endCheckout(because, isFirst);
    else if (because === 'aborted') this.#doing?.kill();
    else this.#doing?.end();
  }

  async #go(): Promise<Done | NotDone> {
    try {
      const refusal = (await this.#checkOut()) ?? (await this.#askOwner());
      if (refusal !== null && !this.#run.classic && this.#stop === null) return handBack(refusal);
      const verdict = await this.#verdict(refusal);
      await this.#tellOwner(verdict);
      if (this.#stop === 'revoked' || this.#stop === 'aborted') return handBack(unwanted);
      if (!this.#slot.lock.isWhole()) return machineFault(slotDeleted);
      return { kind: 'done', verdict };
    } finally {
      this.#limit.cancel();
      this.#cancelHook();
      // In a slot that another runner has by now, nothing is ours to remove.
      const { checkout, lock, whyUnfit } = this.#slot;
      const isOurs = whyUnfit() === null && (checkout.whyBlocked() !== null || lock.renew());
      if (isOurs) this.#caches?.clear();
      if (isOurs) checkout.clean();
      this.#caches?.close();
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

  async #askOwner(): Promise<Handback | null> {
    if (this.#hooks === null || this.#stop !== null) return null;
    this.#doing = this.#hooks;
    const detail = await this.#hooks.before();
    return detail === null ? null : { reason: 'machine-fault', detail };
  }

  /** His hook has as much time as the run had. */
  async #tellOwner(verdict: Verdict): Promise<void> {
    const hooks = this.#hooks;
    if (hooks === null || this.#stop === 'aborted') return;
    this.#limit.cancel();
    this.#cancelHook = this.#clock.after(this.#limit.timeoutMs, () => hooks.kill());
    this.#doing = hooks;
    await hooks.after(verdict);
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
    if (refusal?.reason === 'machine-fault') return errored(refusal.detail);
    if (refusal !== null) return errored(`The commit could not be checked out: ${refusal.detail}`);
    return this.#remarks.fault === null ? this.#test() : errored(this.#remarks.fault);
  }

  #test(): Promise<Verdict> {
    return beginJob(this.#means(), {
      ...{ options: this.#options, startedAtMs: this.#startedAtMs },
      remarks: this.#remarks.log,
      limit: (timeoutMs) => this.#limit.atMost(timeoutMs),
      going: (doing) => {
        this.#doing = doing;
        // It may have been told to end before there was anything to be ended.
        if (this.#stop !== null) doing.end();
      },
    });
  }

  #means(): Means {
    const { signal } = this.#copying;
    this.#caches = this.#slot.caches?.open(this.#run, this.#options.names, signal) ?? null;
    return {
      caches: this.#caches,
      ...{ clock: this.#clock, slot: this.#slot, run: this.#run },
      ...{ options: this.#options, watch: this.#watch },
      over: () => this.#limit.cancel(),
      stopped: (end) => (this.#stop === null ? null : this.#stopped(this.#stop, end)),
    };
  }

  #stopped(stop: Stop, { exitCode, signal }: Ended): Verdict {
    switch (stop) {
      case 'timed-out': {
        const what = this.#doing === null ? 'Its checkout' : 'The run';
        const reason = this.#limit.reason(what);
        return { end: 'timed-out', exitCode, signal, reason };
      }
      case 'too-long':
        return errored(
          `The suite printed more than ${this.#options.logBytesMax} bytes and was ended`,
        );
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
