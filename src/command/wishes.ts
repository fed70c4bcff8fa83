/**
 * Owns the commands that ask the dispatcher to do something and hear whether it is done: cancel, rerun,
 * pause, resume, poll. What is done is on disk by then.
 */

import { parseJobs, parsePausable } from '../protocol/ids.js';
import type { Request } from '../protocol/messages.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { wireName } from '../world/flag-values.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { about, commitArgument } from './about.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { type Named, shown } from './naming.js';

interface Read extends DispatcherRead {
  readonly json: boolean;
  readonly commit?: string;
  readonly what?: string;
  readonly branch?: string;
  readonly repository?: string;
}

const usual = {
  ...dispatcherFlags,
  json: { type: 'boolean', default: false, describe: 'the answer for programs' },
} as const;

const whatArgument = {
  name: 'what',
  describe: 'all, repository:<name> or runner:<name> (default: all)',
  isMany: false,
  isOptional: true,
} as const;

/** What is asked, and in which words it is told that it was done. */
interface Wish {
  readonly request: Request;
  readonly done: string;
}

/** What is wished of a commit, or of one of its jobs. */
export function wishOf(verb: 'cancel' | 'rerun', named: Named): Wish {
  const { commit, job } = named;
  if (verb === 'rerun') {
    return { request: { verb, commit, job }, done: `${shown(named)} is tested again` };
  }
  const jobs = parseJobs(job === null ? commit : `${commit}:${job}`);
  if (jobs === null) throw new Error(`${commit} names no jobs`);
  return { request: { verb, jobs }, done: `${shown(named)} is cancelled` };
}

/** Answers the exit code, as all below do. */
export async function cancel(argv: readonly string[]): Promise<number> {
  const flags = {
    ...usual,
    branch: { type: 'string', describe: 'all that waits or runs of that branch, instead' },
    repository: {
      type: 'string',
      describe: 'of which repository, where several have such a branch',
      coerce: wireName('repository'),
    },
  } as const;
  const purpose = 'Ends the jobs of a commit: what waits, and what runs.';
  const usage = { program: 'trivet cancel', purpose, flags, argument: commitArgument };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  if (read.branch === undefined) return wishAbout('cancel', read);
  return tell(read, new Dispatcher(read), ofBranch(read.branch, read.repository));
}

function ofBranch(branch: string, repository: string | undefined): Wish {
  const jobs = parseJobs(repository === undefined ? branch : `${repository}:${branch}`);
  if (jobs === null) throw new UsageError(`"${branch}" cannot be the name of a branch.`);
  return { request: { verb: 'cancel', jobs }, done: `all of ${branch} is cancelled` };
}

export async function rerun(argv: readonly string[]): Promise<number> {
  const purpose = 'Has a commit tested again; the old logs are kept.';
  const usage = { program: 'trivet rerun', purpose, flags: usual, argument: commitArgument };
  const read = readFlags(usage, argv) as Read | null;
  return read === null ? exitCodes.fine : wishAbout('rerun', read);
}

async function wishAbout(verb: 'cancel' | 'rerun', read: Read): Promise<number> {
  const { dispatcher, named } = await about(read);
  return tell(read, dispatcher, wishOf(verb, named));
}

export async function pause(argv: readonly string[]): Promise<number> {
  const purpose =
    'Leases nothing new: to anybody, of a repository, or to a runner. What runs goes on.';
  const usage = { program: 'trivet pause', purpose, flags: usual, argument: whatArgument };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  const what = pausable(read.what);
  const request = { verb: 'pause', what } as const;
  return tell(read, new Dispatcher(read), { request, done: `${what} is paused` });
}

export async function resume(argv: readonly string[]): Promise<number> {
  const usage = {
    program: 'trivet resume',
    purpose: 'Ends a pause.',
    flags: usual,
    argument: whatArgument,
  };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  const what = pausable(read.what);
  const request = { verb: 'resume', what } as const;
  return tell(read, new Dispatcher(read), { request, done: `${what} goes on` });
}

export async function poll(argv: readonly string[]): Promise<number> {
  const purpose = 'Makes every observer look at its repository now.';
  const usage = { program: 'trivet poll', purpose, flags: usual, argument: null };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  const wish = { request: { verb: 'poll' }, done: 'every observer looks now' } as const;
  return tell(read, new Dispatcher(read), wish);
}

function pausable(text = 'all') {
  const what = parsePausable(text);
  if (what !== null) return what;
  throw new UsageError(`What is "${text}"? It is all, repository:<name> or runner:<name>.`);
}

/** Asks, and prints what came of it. */
async function tell(
  { json }: Pick<Read, 'json'>,
  dispatcher: Dispatcher,
  { request, done }: Wish,
): Promise<number> {
  const said = (await dispatcher.ask(request)).trim();
  const lines = said.split('\n').map(harmless);
  const isDone = lines[0] === 'OK';
  // What stands below is for people.
  const text = (isDone ? [done, ...lines.slice(1)] : lines).join('\n');
  if (json) process.stdout.write(`${JSON.stringify({ isDone, says: text })}\n`);
  else (isDone ? process.stdout : process.stderr).write(`${text}\n`);
  return isDone ? exitCodes.fine : exitCodes.usage;
}
