/**
 * Owns the words between a job's steps and whatever runs their commands: processes of this machine, a
 * sandbox around each, or containers. Who runs them knows neither the order of steps nor their verdicts.
 */

import type { Step, Work } from '../../protocol/work.js';
import type { ProcessEnd } from '../suite/process.js';

export interface StepExecutor {
  /**
   * Makes what all steps of one run share: a network, a volume. Rejects with what the machine refused,
   * by its code.
   */
  open(run: RunToStep): Promise<StepPlace>;
}

/** What is known of a run whose steps are to begin. */
export interface RunToStep {
  /** The run's id: what is made for it carries it, so that whatever is left of it is found. */
  readonly id: string;
  /** The checkout on this machine, absolute. */
  readonly folder: string;
  /** What it does: whose repository it is, and who is to be reached by name. */
  readonly work: Work;
  readonly graceMs: number;
}

export interface StepPlace {
  /** Where the checkout is, as the steps see it. */
  readonly workspace: string;
  /** Whether steps are processes of this machine, which see what the runner's own environment holds. */
  readonly isHere?: boolean;
  /** Begins a step; whether it could be begun, its end says. */
  start(order: StepOrder): RunningStep;
  /** Resolves once nothing of the run is left: no process, no container, no network. May be asked again. */
  close(): Promise<void>;
}

/** One step, or one service, that is to begin now. */
export interface StepOrder {
  readonly step: Step;
  /** From 1, as its log has it. */
  readonly number: number;
  readonly isService: boolean;
  /** All that it is to see; secrets and settings are in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A descriptor that takes standard output and standard error; closed by whoever gave it. */
  readonly output: number;
}

export interface RunningStep {
  /**
   * Resolves once it runs: those that come after a service wait for that, or for its end. Not at all
   * where it does not come so far. Without it a step runs from the start.
   */
  readonly begun?: Promise<void>;
  /** Resolves once the step and all that it started are gone. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end, and kills it after its grace. */
  end(): void;
  kill(): void;
}
