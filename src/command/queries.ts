/**
 * Owns the commands that show what the dispatcher knows, once: status, commits, show. A table for people,
 * the document itself for programs.
 */

import { documents } from '../protocol/documents.js';
import { rowsMax } from '../protocol/questions.js';
import { openClone, repositoryName } from '../world/clone.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { wholeNumber, wireName } from '../world/flag-values.js';
import { readFlags } from '../world/flags.js';
import { about, commitArgument } from './about.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { ofJob } from './named-job.js';
import { commitLines } from './shown/commit.js';
import { commitRows, overviewLines } from './shown/overview.js';
import { columnsHere, print, printJson } from './shown/printing.js';
import { table } from './shown/table.js';
import { exitCodeOf } from './shown/words.js';

const usual = {
  ...dispatcherFlags,
  json: { type: 'boolean', default: false, describe: 'the document itself, for programs' },
} as const;

const most = {
  default: '20',
  describe: 'commits that are listed',
  coerce: wholeNumber('most', rowsMax),
} as const;

interface Read extends DispatcherRead {
  readonly json: boolean;
}

/** Answers the exit code, as all below do. */
export async function status(argv: readonly string[]): Promise<number> {
  const purpose = 'Shows what runs, what waits and why, who is there, what is red, what was last.';
  const usage = { program: 'trivet status', purpose, flags: { ...usual, most }, argument: null };
  const read = readFlags(usage, argv) as (Read & { readonly most: number }) | null;
  if (read === null) return exitCodes.fine;
  const question = { what: 'overview', most: read.most } as const;
  const overview = await new Dispatcher(read).document(question, documents.overview);
  if (read.json) printJson(overview);
  else print(overviewLines(overview, overview.nowMs, columnsHere()));
  return exitCodes.fine;
}

interface CommitsRead extends Read {
  readonly most: number;
  readonly branch?: string;
  readonly repository?: string;
  readonly all: boolean;
}

export async function commits(argv: readonly string[]): Promise<number> {
  const flags = {
    ...usual,
    most,
    branch: { type: 'string', describe: 'of that branch only' },
    repository: {
      type: 'string',
      defaultDescription: 'the one here',
      describe: 'of which repository',
      coerce: wireName('repository'),
    },
    all: { type: 'boolean', default: false, describe: 'of all repositories' },
  } as const;
  const purpose = 'Lists commits with their verdicts, the newest first.';
  const usage = { program: 'trivet commits', purpose, flags, argument: null };
  const read = readFlags(usage, argv) as CommitsRead | null;
  if (read === null) return exitCodes.fine;
  const repository = read.all ? undefined : (read.repository ?? (await repositoryHere()));
  const question = {
    ...({ what: 'commits', most: read.most } as const),
    ...(read.branch === undefined ? {} : { branch: read.branch }),
    ...(repository === undefined ? {} : { repository }),
  };
  const found = await new Dispatcher(read).document(question, documents.commits);
  if (read.json) printJson(found);
  else if (found.commits.length > 0)
    print(table(commitRows(found.commits, Date.now()), columnsHere(), ''));
  else
    process.stderr.write(
      `No commit${repository === undefined ? '' : ` of ${repository}`} was handed over.\n`,
    );
  return exitCodes.fine;
}

/** As an observer calls the clone here; none outside of one. */
async function repositoryHere(): Promise<string | undefined> {
  try {
    return repositoryName(await openClone('.'));
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

interface ShowRead extends Read {
  readonly commit?: string;
  readonly 'exit-code': boolean;
}

export async function show(argv: readonly string[]): Promise<number> {
  const flags = {
    ...usual,
    'exit-code': { type: 'boolean', default: false, describe: '1 where it is red' },
  } as const;
  const purpose = 'Shows a commit: its jobs, their runs and steps, and which tests failed.';
  const usage = { program: 'trivet show', purpose, flags, argument: commitArgument };
  const read = readFlags(usage, argv) as ShowRead | null;
  if (read === null) return exitCodes.fine;
  const { dispatcher, named } = await about(read);
  const question = { what: 'commit', commit: named.commit } as const;
  const commit = ofJob(await dispatcher.document(question, documents.commit), named.job);
  if (read.json) printJson(commit);
  else print(commitLines(commit, commit.nowMs, columnsHere()));
  return read['exit-code'] ? exitCodeOf(commit.state) : exitCodes.fine;
}
