/**
 * Owns a run's suite while it goes on: one process, whose output is the run's log. Red tests are a
 * value here, not an error.
 */

import type { Verdict } from '../executor.js';
import { isMachineFault } from '../executor.js';
import { noSandbox } from '../suite/process.js';
import type { Command, Tree } from '../suite/suite.js';
import { errored, verdictOn, whyNotStarted } from '../suite/verdict.js';
import type { Doing, Means } from './doing.js';

/** Begins at once. */
export function runSuite(
  { clock, slot, run, options, watch, over, stopped }: Means,
  { command, tree, environment }: Suite,
): Doing {
  watch.starting(command.says);
  const output = slot.output.open(clock, watch.output);
  let process: ReturnType<typeof slot.startProcess>;
  try {
    process = slot.startProcess(clock, {
      command,
      cwd: slot.checkout.folder,
      environment,
      output: output.writer,
      mark: `TRIVET_RUN=${run.id}`,
      graceMs: options.graceMs,
    });
  } finally {
    output.closeWriter();
  }
  const judged = async (): Promise<Verdict> => {
    const end = await process.ended;
    over();
    output.finish();
    await output.taken;
    if (end.couldNotStart !== null) {
      const { couldNotStart: error } = end;
      if (isMachineFault(error) || error.code === noSandbox) throw error;
      return errored(`The suite could not start: ${whyNotStarted(error, command, tree)}`);
    }
    return stopped(end) ?? verdictOn(end, command, watch.lastOutput);
  };
  return { ended: judged(), end: () => process.end(), kill: () => process.kill() };
}

export interface Suite {
  readonly command: Command;
  readonly tree: Tree;
  readonly environment: Readonly<Record<string, string>>;
}
