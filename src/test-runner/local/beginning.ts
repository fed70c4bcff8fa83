/**
 * Owns what is done for a commit once it is checked out: whoever owns the dispatcher has the first word
 * (its settings of the repository), then the owner of the machine (`--command`), then whoever planned the
 * job, then the commit's workflow files, then what else the tree shows.
 */

import type { Work } from '../../protocol/work.js';
import { empty } from '../checkout/removal.js';
import type { Verdict } from '../executor.js';
import { planHere, workflowFilesIn } from '../steps/planned-here.js';
import { suiteEnvironment } from '../suite/environment.js';
import { findSuite, meansIn } from '../suite/suite.js';
import { treeAt } from '../suite/tree.js';
import { errored } from '../suite/verdict.js';
import type { Doing, Means } from './doing.js';
import type { SuiteOptions } from './execution.js';
import { StepsRun } from './steps-run.js';
import { runSuite } from './suite-run.js';

export interface Beginning {
  readonly options: Pick<
    SuiteOptions,
    'command' | 'stepsBy' | 'names' | 'environment' | 'isOffline'
  >;
  /** Of the checkout, for the log. */
  readonly remarks: string;
  /** When the run began. */
  readonly startedAtMs: number;
  /** Hears how much time the work has in all. */
  readonly limit: (timeoutMs: number) => void;
  /** Hears what goes on from now. */
  readonly going: (doing: Doing) => void;
}

/** What it comes to; rejects with what the machine refused, by its code. */
export async function beginJob(means: Means, beginning: Beginning): Promise<Verdict> {
  const { slot, run } = means;
  const { command, stepsBy } = beginning.options;
  const { work, command: set } = run.assignment;
  // Who wants containers wants nothing run beside them but what he says himself.
  if (set !== undefined && stepsBy !== undefined) return errored(commandOutside);
  if (set !== undefined || command !== null) return suite(means, beginning);
  if (work !== undefined) return steps(means, work, beginning);
  const { folder } = slot.checkout;
  const files = workflowFilesIn(treeAt(folder));
  if (files.length === 0) {
    return stepsBy === undefined ? suite(means, beginning) : errored(noWorkflow);
  }
  const planned = await planHere(files, run, folder, beginning.options.names.repository);
  if (planned.kind === 'work') return steps(means, planned.work, beginning);
  if (planned.kind === 'nothing') {
    return { end: 'passed', exitCode: null, signal: null, reason: planned.reason };
  }
  means.watch.output(Buffer.from(planned.lines.map((line) => `${line}\n`).join('')));
  return errored(planned.reason);
}

function suite(means: Means, { options, remarks, going }: Beginning): Promise<Verdict> | Verdict {
  const { slot, run, watch } = means;
  const { names, isOffline = false } = options;
  const command = run.assignment.command ?? options.command;
  const tree = treeAt(slot.checkout.folder);
  const environment = suiteEnvironment(options.environment, run, names);
  const found = findSuite(tree, command, meansIn(environment['PATH'] ?? '', !isOffline));
  if (found.kind === 'none') return errored(found.says);
  watch.output(Buffer.from(remarks));
  const doing = runSuite(means, { command: found.command, tree, environment });
  going(doing);
  return doing.ended;
}

async function steps(
  means: Means,
  work: Work,
  { remarks, startedAtMs, limit, going }: Beginning,
): Promise<Verdict> {
  if (work.timeoutMs !== null) limit(work.timeoutMs);
  if (!work.isCheckedOut) await empty(means.slot.checkout.folder);
  means.watch.output(Buffer.from(remarks));
  // Somebody asked again for a commit whose workflow file is wrong: it still is.
  if (work.steps.length === 0) {
    means.watch.output(Buffer.from(work.remarks.map((line) => `${line}\n`).join('')));
    return errored(`${work.file} has no steps that could be run`);
  }
  const doing = new StepsRun(means, work, startedAtMs);
  going(doing);
  return doing.ended;
}

const commandOutside =
  'The dispatcher has a command for this repository, and this runner runs nothing but containers';

const noWorkflow =
  'This runner runs steps in containers only, and the commit has no workflow file that names any: ' +
  'add a .woodpecker.yml, or have it tested by a runner without --executor container';
