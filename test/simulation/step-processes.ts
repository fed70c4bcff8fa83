/**
 * Owns what runs the steps of jobs on a simulated runner: what containers are to a real one. Never
 * decides in which order they run, nor what becomes of their output: that is for the runner itself.
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { Work } from '../../src/protocol/work.js';
import type {
  RunningStep,
  StepExecutor,
  StepOrder,
  StepPlace,
} from '../../src/test-runner/steps/step-executor.js';
import type { Life } from './life.js';
import type { StepLaw } from './step-law.js';
import type { SuiteProcesses } from './suites.js';
import type { Timeline } from './timeline.js';
import { stepScriptOf } from './workflows.js';

/** What is the same for all runs of one slot in one life of its runner. */
export interface StepProcesses {
  readonly timeline: Timeline;
  readonly life: Life;
  readonly processes: SuiteProcesses;
  readonly graceMs: number;
  /** Hears of all that happens. */
  readonly law: StepLaw;
}

export function stepsOn({ timeline, life, processes, graceMs, law }: StepProcesses): StepExecutor {
  const start = (run: string, work: Work, order: StepOrder): RunningStep => {
    const { number, isService, environment, output } = order;
    const commit = environment['CI_COMMIT_SHA'] as Commit;
    const script = stepScriptOf(commit, work, number);
    law.begun(run, number, environment);
    const process = processes.play(
      life.clock,
      script,
      { output, graceMs },
      {
        printed: (bytes) => law.printed(run, number, bytes),
        ended: (exitCode) => law.ended(run, number, exitCode),
      },
    );
    const told: RunningStep = {
      ended: process.ended,
      end: () => {
        law.toldToEnd(run, number);
        process.end();
      },
      kill: () => process.kill(),
    };
    if (!isService) return told;
    const begun = new Promise<void>((resolve) => {
      timeline.after(script.afterMs, () => life.hear(resolve));
    });
    return { ...told, begun };
  };
  return {
    open: async ({ id: run, folder, work }): Promise<StepPlace> => {
      law.opened(run, work);
      return {
        workspace: folder,
        start: (order) => start(run, work, order),
        close: async () => law.closed(run),
      };
    },
  };
}
