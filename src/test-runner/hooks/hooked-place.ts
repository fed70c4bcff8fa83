/**
 * Owns the owner's hooks around each step: what they print stands in the step's log, before and after
 * its own output. The one before may refuse the step; the one after has no say any more. For a step
 * of any kind: where and how it runs, its place knows.
 */

import { closeSync, constants, openSync } from 'node:fs';
import type { Clock } from '../../world/clock.js';
import type { RunningStep, StepOrder, StepPlace } from '../steps/step-executor.js';
import type { ProcessEnd } from '../suite/process.js';
import { type HookName, type Hooks, startHook } from './hooks.js';
import { howEnded } from './job-hooks.js';

export interface StepHooks {
  readonly hooks: Hooks;
  readonly run: string;
  /** The checkout on this machine. */
  readonly folder: string;
  readonly graceMs: number;
  /** A line for the step's log. */
  readonly warn: (number: number, line: string) => void;
}

/** The same place, where hooks are run around each step. */
export function hookedPlace(clock: Clock, place: StepPlace, options: StepHooks): StepPlace {
  return {
    workspace: place.workspace,
    isHere: place.isHere === true,
    start: (order) => new HookedStep(clock, place, options, order),
    close: () => place.close(),
  };
}

class HookedStep implements RunningStep {
  readonly begun: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  readonly #clock: Clock;
  readonly #place: StepPlace;
  readonly #options: StepHooks;
  readonly #order: StepOrder;
  /** What goes on now: a hook, or the step. */
  #now: Pick<RunningStep, 'end' | 'kill'> | null = null;
  #isAsked = false;
  #hasBegun: () => void = () => {};

  constructor(clock: Clock, place: StepPlace, options: StepHooks, order: StepOrder) {
    this.#clock = clock;
    this.#place = place;
    this.#options = options;
    // What was given to us is closed as soon as we return, and the step comes later.
    const output = openSync(`/dev/fd/${order.output}`, constants.O_WRONLY);
    this.#order = { ...order, output };
    this.begun = new Promise((resolve) => {
      this.#hasBegun = resolve;
    });
    this.ended = this.#go().finally(() => closeSync(output));
  }

  end(): void {
    this.#isAsked = true;
    this.#now?.end();
  }

  kill(): void {
    this.#isAsked = true;
    this.#now?.kill();
  }

  async #go(): Promise<ProcessEnd> {
    const before = await this.#hook('before-step', {});
    if (this.#isAsked) return before ?? neverRun;
    if (before !== null && before.exitCode !== 0) {
      const why = `the hook before-step of this machine refuses it (${howEnded(before)})`;
      return { ...neverRun, couldNotStart: new Error(why) };
    }
    const step = this.#place.start(this.#order);
    this.#now = step;
    // Whoever cannot say that it has begun tells by its end.
    void (step.begun ?? Promise.resolve()).then(this.#hasBegun, () => {});
    const end = await step.ended;
    const after = await this.#hook('after-step', {
      TRIVET_STEP_EXIT_CODE: String(end.exitCode ?? ''),
    });
    if (after !== null && after.exitCode !== 0) {
      const line = `The hook after-step of this machine failed (${howEnded(after)}).`;
      this.#options.warn(this.#order.number, line);
    }
    return end;
  }

  async #hook(name: HookName, told: Readonly<Record<string, string>>): Promise<ProcessEnd | null> {
    const { hooks, run, folder: cwd, graceMs } = this.#options;
    const { number, environment: seen, output } = this.#order;
    const call = { name, of: `${run}.${number}`, cwd, seen, told, output, graceMs };
    const hook = startHook(this.#clock, hooks, call);
    this.#now = hook;
    return hook === null ? null : hook.ended;
  }
}

const neverRun: ProcessEnd = {
  ...{ exitCode: null, signal: null, couldNotStart: null, status: '', memoryKills: 0 },
};
