/**
 * Owns `trivet log`: the output of a commit. What is finished is shown in a pager, what goes on is
 * followed to its verdict; and where no terminal is, every byte comes as it is.
 */

import type { Writable } from 'node:stream';
import { documents } from '../protocol/documents.js';
import { runsMax } from '../protocol/limits.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { wholeNumber } from '../world/flag-values.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { about, commitArgument } from './about.js';
import { type Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { LogLines } from './log-lines.js';
import { Tamed } from './log-text.js';
import { ofJob } from './named-job.js';
import { type Named, shown } from './naming.js';
import { openPager } from './pager.js';

const flags = {
  ...dispatcherFlags,
  run: {
    type: 'string',
    describe: 'of which of its runs, as "trivet why" numbers them (default: of the last)',
    coerce: (text?: string) => (text === undefined ? text : wholeNumber('run', runsMax)(text)),
  },
  pager: {
    type: 'boolean',
    default: true,
    describe: 'in a pager (PAGER, else less), where it is finished and this is a terminal',
  },
  json: { type: 'boolean', default: false, describe: 'an object for each line, for programs' },
} as const;

interface Read extends DispatcherRead {
  readonly commit?: string;
  readonly run?: number;
  readonly pager: boolean;
  readonly json: boolean;
}

const goingOn = ['running', 'waiting', 'blocked'];
const over = ['passed', 'failed', 'errored', 'timed-out', 'cancelled', 'superseded', 'skipped'];

/** Answers the exit code. */
export async function log(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet log',
      purpose: 'Shows the output of a commit; of one that is being tested, live to its verdict.',
      flags,
      argument: commitArgument,
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const { dispatcher, named } = await about(read);
  const word = await verdictOf(dispatcher, named);
  const run = read.run ?? null;
  if (run !== null) await mustHave(dispatcher, named, run);
  const isPaged = read.pager && !read.json && over.includes(word) && process.stdout.isTTY === true;
  const stopped = () => process.exit(exitCodes.aborted);
  process.once('SIGINT', stopped);
  if (!isPaged) {
    await show(dispatcher, named, run, process.stdout, reading(read));
    return exitCodes.fine;
  }
  // Ctrl-C is for the pager.
  process.off('SIGINT', stopped).on('SIGINT', () => {});
  const pager = openPager();
  await Promise.race([show(dispatcher, named, run, pager.input, reading(read)), pager.closed]);
  pager.input.end();
  await pager.closed;
  return exitCodes.fine;
}

/** Throws `UsageError` where the dispatcher does not know such a commit, or would not say. */
async function verdictOf(dispatcher: Dispatcher, named: Named): Promise<string> {
  const { commit, job } = named;
  const said = (await dispatcher.ask({ verb: 'verdict', commit, job })).trim();
  if (goingOn.includes(said) || over.includes(said)) return said;
  if (said !== 'unknown') throw new UsageError(said.split('\n').map(harmless).join('\n'));
  if (job !== null) {
    // Of the commit it is known that it was handed over, or it is said here that it was not.
    ofJob(await dispatcher.document({ what: 'commit', commit }, documents.commit), job);
  }
  throw new UsageError(`${shown(named)} was never handed over, or is no longer kept.`);
}

/** Throws `UsageError` where none of its jobs has had so many runs. */
async function mustHave(dispatcher: Dispatcher, named: Named, run: number): Promise<void> {
  const { commit, job: name } = named;
  const { jobs } = await dispatcher.document({ what: 'commit', commit }, documents.commit);
  const runs = jobs.filter((job) => (name ?? job.name) === job.name).flatMap((job) => job.runs);
  if (runs.some(({ number }) => number === run)) return;
  throw new UsageError(`${shown(named)} has no run ${run}: "trivet why" numbers those there are.`);
}

/** How the bytes of a log are to be read; null: as they are. */
function reading({ json }: Read): Tamed | LogLines | null {
  if (json) return new LogLines();
  return process.stdout.isTTY === true ? new Tamed(process.env['NO_COLOR'] === undefined) : null;
}

async function show(
  dispatcher: Dispatcher,
  { commit, job }: Named,
  run: number | null,
  output: Writable,
  read: Tamed | LogLines | null,
): Promise<void> {
  await dispatcher.listen({ verb: 'log', commit, job, run }, (bytes, listening) => {
    if (output.write(read?.push(bytes) ?? bytes)) return;
    listening.pause();
    output.once('drain', () => listening.resume());
  });
  output.write(read?.end() ?? '');
}
