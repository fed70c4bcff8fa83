/**
 * Owns `trivet wire`: each message as it crosses the wire, a line each, and what changed because of it; or
 * those of a recording.
 */

import { createReadStream } from 'node:fs';
import type { Filter } from '../record/filter.js';
import { filterFields, isEverything, parseFilter } from '../record/filter.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { NotARecording, WireLines } from './wire-lines.js';
import { follow } from './wire-live.js';

const flags = {
  ...dispatcherFlags,
  replay: {
    type: 'string',
    describe: 'a recording instead, as --wire-log writes it; -: from stdin',
  },
  pings: {
    type: 'boolean',
    default: false,
    describe: 'each heartbeat too, which are counted else',
  },
  json: { type: 'boolean', default: false, describe: 'the records as they are, a line each' },
} as const;

type Read = DispatcherRead & {
  readonly replay?: string;
  readonly pings: boolean;
  readonly json: boolean;
  readonly filter: readonly string[];
};

/** What is not wanted begins with a dash, as a flag does. */
const excluding = /^-[A-Za-z][\w-]*:/;

/** Answers the exit code. */
export async function wire(argv: readonly string[]): Promise<number> {
  const excluded = argv.filter((word) => excluding.test(word));
  const read = readFlags(
    {
      program: 'trivet wire',
      purpose: 'Prints each message as it crosses the wire, and what changed because of it.',
      flags,
      argument: {
        name: 'filter',
        describe: `which of them: ${Object.keys(filterFields).join(':, ')}: or a word; -verb:log leaves out`,
        isMany: true,
        isOptional: true,
      },
    },
    argv.filter((word) => !excluding.test(word)),
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const filter = filterOf([...read.filter, ...excluded]);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const lines = new WireLines(filter, print, read);
  if (read.replay !== undefined) {
    await replay(read.replay, lines);
    if (!isEverything(filter) && !lines.hasShown) process.stderr.write('no record fits\n');
  } else await follow(new Dispatcher(read), lines);
  return exitCodes.fine;
}

function filterOf(words: readonly string[]): Filter {
  // A shell has taken the quotes off.
  const quoted = words.map((word) => word.replace(/^(-?[A-Za-z][\w-]*:)?(.*\s.*)$/s, '$1"$2"'));
  const parsed = parseFilter(quoted.join(' '));
  if ('says' in parsed) throw new UsageError(`${parsed.says}.`);
  return parsed.filter;
}

/** Throws `UsageError` where it cannot be read, or is no recording. */
async function replay(file: string, lines: WireLines): Promise<void> {
  const name = file === '-' ? 'standard input' : file;
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file);
    for await (const piece of stream.setEncoding('utf8')) {
      if (lines.push(String(piece))) continue;
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
    if (lines.end() === 'cut short') process.stderr.write(`${name} ends in the midst of a line\n`);
  } catch (error) {
    if (error instanceof NotARecording) throw new UsageError(`${name}, ${error.message}.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(
      `Cannot read ${name} (${code}): name a recording, as --wire-log writes it.`,
    );
  }
}
