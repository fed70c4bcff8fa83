/**
 * Owns how steps are run as processes of this machine, in a slot: with `--sandbox` each in one of its
 * own. Each step has a mark besides its run's, so that with one of them no sibling is ended.
 */

import type { Clock } from '../../world/clock.js';
import type { Mark } from '../../world/process-tree.js';
import type { LocalSlot } from '../local/slots.js';
import type { ProcessEnd } from '../suite/process.js';
import { commandOf } from './command.js';
import type {
  RunningStep,
  RunToStep,
  StepExecutor,
  StepOrder,
  StepPlace,
} from './step-executor.js';
import { sweepAfter } from './sweep.js';

export class LocalStepExecutor implements StepExecutor {
  readonly #clock: Clock;
  readonly #slot: Pick<LocalSlot, 'startProcess'>;

  constructor(clock: Clock, slot: Pick<LocalSlot, 'startProcess'>) {
    this.#clock = clock;
    this.#slot = slot;
  }

  async open(run: RunToStep): Promise<StepPlace> {
    const sweep = sweepAfter(`TRIVET_RUN=${run.id}`, run.folder);
    return {
      workspace: run.folder,
      isHere: true,
      start: (order) => this.#start(run, order),
      close: async () => sweep(),
    };
  }

  #start({ id, folder, graceMs }: RunToStep, order: StepOrder): RunningStep {
    const { step, number, isService, environment, output } = order;
    const found = commandOf(step, isService, environment['PATH'] ?? '');
    if (found.kind === 'none') return notStarted(found.says);
    const mark: Mark = `TRIVET_STEP=${id}.${number}`;
    return this.#slot.startProcess(this.#clock, {
      command: found.command,
      cwd: folder,
      environment: { ...environment, TRIVET_STEP: `${id}.${number}` },
      output,
      mark,
      graceMs,
      hasSiblings: true,
    });
  }
}

function notStarted(says: string): RunningStep {
  const end: ProcessEnd = {
    ...{ exitCode: null, signal: null, status: '', memoryKills: 0 },
    couldNotStart: new Error(says),
  };
  const never = new Promise<void>(() => {});
  return { begun: never, ended: Promise.resolve(end), end: () => {}, kill: () => {} };
}
