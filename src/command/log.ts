/**
 * Owns `trivet log`: the output of a commit. What is finished is shown in a pager, what goes on is
 * followed to its verdict; and where no terminal is, every byte comes as it is.
 */

import type { Writable } from 'node:stream';
import { exitCodes, UsageError } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/story.js';
import { about, commitArgument } from './about.js';
import { type Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { Tamed } from './log-text.js';
import { type Named, shown } from './naming.js';
import { openPager } from './pager.js';

const flags = {
  ...dispatcherFlags,
  pager: {
    type: 'boolean',
    default: true,
    describe: 'in a pager (PAGER, else less), where it is finished and this is a terminal',
  },
} as const;

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
  ) as (DispatcherRead & { readonly commit?: string; readonly pager: boolean }) | null;
  if (read === null) return exitCodes.fine;
  const { dispatcher, named } = await about(read);
  const word = await verdictOf(dispatcher, named);
  const isPaged = read.pager && over.includes(word) && process.stdout.isTTY === true;
  const stopped = () => process.exit(exitCodes.aborted);
  process.once('SIGINT', stopped);
  if (!isPaged) {
    await show(dispatcher, named, process.stdout);
    return exitCodes.fine;
  }
  // Ctrl-C is for the pager.
  process.off('SIGINT', stopped).on('SIGINT', () => {});
  const pager = openPager();
  await Promise.race([show(dispatcher, named, pager.input), pager.closed]);
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
  throw new UsageError(`${shown(named)} was never handed over, or is no longer kept.`);
}

async function show(
  dispatcher: Dispatcher,
  { commit, job }: Named,
  output: Writable,
): Promise<void> {
  const tamed =
    process.stdout.isTTY === true ? new Tamed(process.env['NO_COLOR'] === undefined) : null;
  await dispatcher.listen({ verb: 'log', commit, job }, (bytes, listening) => {
    if (output.write(tamed?.push(bytes) ?? bytes)) return;
    listening.pause();
    output.once('drain', () => listening.resume());
  });
  output.write(tamed?.end() ?? '');
}
