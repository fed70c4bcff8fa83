/**
 * Owns a run's suite while it goes on: one process, whose output is the run's log. Red tests are a
 * value here, not an error.
 */

import { runCached } from '../cache/install.js';
import type { Say } from '../cache/sentences.js';
import type { Verdict, Watch } from '../executor.js';
import { isMachineFault } from '../executor.js';
import { noSandbox, type ProcessEnd } from '../suite/process.js';
import type { Command, Tree } from '../suite/suite.js';
import { errored, verdictOn, whyNotStarted } from '../suite/verdict.js';
import type { Doing, Means } from './doing.js';
import type { RunningSuite } from './slots.js';

/** Begins at once. */
export function runSuite(means: Means, { command, tree: view, environment }: Suite): Doing {
  const { clock, slot, run, options, watch, over, stopped } = means;
  watch.starting(command.says);
  let process: RunningSuite | null = null;
  const say = sayTo(watch);
  const toEnd = async (command: Command, isLast: boolean): Promise<ProcessEnd> => {
    if (stopped(nothing) !== null) return nothing;
    const output = slot.output.open(clock, watch.output);
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
    const end = await process.ended;
    if (isLast) over();
    output.finish();
    await output.taken;
    return end;
  };
  const judged = async (): Promise<Verdict> => {
    const tree = slot.checkout.folder;
    const end = await runCached(means.caches, { command, tree, environment, run: toEnd, say });
    over();
    if (end.couldNotStart !== null) {
      const { couldNotStart: error } = end;
      if (isMachineFault(error) || error.code === noSandbox) throw error;
      return errored(`The suite could not start: ${whyNotStarted(error, command, view)}`);
    }
    const verdict = stopped(end) ?? verdictOn(end, command, watch.lastOutput);
    if (verdict.end === 'passed') await means.caches?.save(say);
    return verdict;
  };
  return { ended: judged(), end: () => process?.end(), kill: () => process?.kill() };
}

/** Each on a line of its own, whatever the suite has printed last. */
function sayTo({ lastOutput, output }: Watch): Say {
  return (line) =>
    output(Buffer.from(/(?:^|\n)$/.test(lastOutput().text) ? `${line}\n` : `\n${line}\n`));
}

const nothing: ProcessEnd = {
  ...{ exitCode: null, signal: null, couldNotStart: null, status: '', memoryKills: 0 },
};

export interface Suite {
  readonly command: Command;
  readonly tree: Tree;
  readonly environment: Readonly<Record<string, string>>;
}
