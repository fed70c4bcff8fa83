/**
 * Owns `trivet watch`: all that goes on, live, or a commit to its verdict, which the exit code tells. On
 * a terminal it fills the screen, else there is a line for each thing that happens.
 */

import { exitCodes } from '../../world/exit.js';
import { readFlags } from '../../world/flags.js';
import { about, commitArgument } from '../about.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from '../asking.js';
import { isInteractive } from '../screen/terminal.js';
import { watchInLines } from './in-lines.js';
import { watchOnScreen } from './on-screen.js';

const flags = {
  ...dispatcherFlags,
  json: { type: 'boolean', default: false, describe: 'a JSON object a line, for programs' },
} as const;

/** Answers the exit code. */
export async function watch(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet watch',
      purpose:
        'Shows all that goes on, live; or a commit, to its verdict: then the exit code is 0 for ' +
        'passed, 1 for red, 2 where it could not be judged.',
      flags,
      argument: {
        ...commitArgument,
        describe: 'branch, tag, HEAD, id, its beginning, or the URL of its page; :<job> behind it',
      },
    },
    argv,
  ) as (DispatcherRead & { readonly commit?: string; readonly json: boolean }) | null;
  if (read === null) return exitCodes.fine;
  const isOfAll = read.commit === undefined;
  const { dispatcher, named } = isOfAll
    ? { dispatcher: new Dispatcher(read), named: null }
    : await about(read);
  if (isInteractive() && !read.json) return watchOnScreen(dispatcher, named);
  return watchInLines(dispatcher, named, read.json);
}
