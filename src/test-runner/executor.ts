/**
 * Owns the words between a runner and whatever does its runs: checkouts and processes of this
 * machine (local/), or runners of another kind, elsewhere. Who does runs knows no dispatcher, and
 * keeps neither logs nor reports: that is done for all of them alike (attempt.ts).
 */

import type { OfferBody } from '../protocol/bodies.js';
import type { Handback, Report } from '../protocol/job-bodies.js';
import type { StepReport } from '../protocol/work.js';
import type { Because, KeptRun, Run } from './core/events.js';
import type { RunFiles } from './run-files.js';

export interface Executor {
  /** All places in which runs are done, as far as they are known by now. More may come, none goes. */
  readonly slots: readonly Slot[];
  /** What it offers now. */
  readonly offer: OfferBody;
  /**
   * Where the slot of that number, one of as many as runs are offered at once, does that run; or why
   * it has no place for it.
   */
  slotFor(slot: number, run: Run): Slot | NotDone;
  /** Why that slot does not take that run now, or none any more; null where it does. */
  whyNot(slot: number, run: Run): NotDone | null;
  /** Begins a run in a slot that takes it, and has none. */
  start(slot: number, run: Run, watch: Watch): Execution;
  /** Resolves once nothing of all this is at work any more. */
  close(): Promise<void>;
}

/** A place in which one run at a time is done. */
export interface Slot {
  readonly files: RunFiles;
  /** Results that an earlier process could not deliver. */
  readonly kept: readonly KeptRun[];
}

/** Who hears what a run does. */
export interface Watch {
  /** What tests the commit, as people write it, is found and begins. */
  readonly starting: (command: string) => void;
  /**
   * What it has printed, or what that step has; where that cannot be kept, the execution is told to
   * stop.
   */
  readonly output: (bytes: Buffer, step?: number) => void;
  readonly lastOutput: () => LastOutput;
  /** How a step stands by now: said as it begins, and once all that it has printed is told. */
  readonly stepped: (standing: StepStanding) => void;
}

/** The last of what was printed by no step, as much as a tool says at its end. */
export interface LastOutput {
  readonly text: string;
  /** Whether nothing was printed before it. */
  readonly isAll: boolean;
}

/** How long its log is, who keeps it knows. */
export type StepStanding = Omit<StepReport, 'logBytes'>;

/** A run that goes on. */
export interface Execution {
  /** Resolves once nothing of the run is left. Rejects with what the world refused, by its code. */
  readonly ended: Promise<Done | NotDone>;
  /** Ends it before its time; the first reason is the one that counts. */
  stop(because: Because | 'too-long'): void;
}

/** What a run came to. */
export interface Done {
  readonly kind: 'done';
  readonly verdict: Verdict;
}

/** Its steps were told of as they went. */
export type Verdict = Omit<Report, 'logBytes' | 'durationMs' | 'steps'>;

/** Another runner must have the run. */
export type NotDone =
  | { readonly kind: 'handback'; readonly handback: Handback }
  /** The same, and no other run will fare better here. */
  | { readonly kind: 'unfit'; readonly handback: Handback };

/** Whether that is a refusal, and no place. */
export function isRefusal(place: object | NotDone): place is NotDone {
  return 'kind' in place;
}

/** For a run whose machine is at fault: another's may fare better. */
export function machineFault(detail: string): NotDone {
  return { kind: 'handback', handback: { reason: 'machine-fault', detail } };
}

/** The code of an error that is no step's: the engine of its containers is gone, or lacks something. */
export const noContainers = 'NO_CONTAINERS';

/** Whether the machine lacked something, rather than the command: there may be enough later. */
export function isMachineFault({ code }: NodeJS.ErrnoException): boolean {
  return ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', noContainers].includes(code ?? '');
}
