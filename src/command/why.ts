/**
 * Owns `trivet why`: the story of a commit in sentences, and what it waits for.
 */

import { exitCodes } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/story.js';
import { about, commitArgument } from './about.js';
import { type DispatcherRead, dispatcherFlags } from './asking.js';

/** Answers the exit code. */
export async function why(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet why',
      purpose: 'Tells the story of a commit in sentences, and what it waits for.',
      flags: dispatcherFlags,
      argument: commitArgument,
    },
    argv,
  ) as (DispatcherRead & { readonly commit?: string }) | null;
  if (read === null) return exitCodes.fine;
  const { dispatcher, named } = await about(read);
  const { commit, job } = named;
  const said = await dispatcher.ask({ verb: 'why', commit, job });
  const text = `${said.trimEnd().split('\n').map(harmless).join('\n')}\n`;
  // Each sentence of a story says when that was.
  const isStory = /^\d{4}-\d\d-\d\dT/.test(said);
  (isStory ? process.stdout : process.stderr).write(text);
  return isStory ? exitCodes.fine : exitCodes.usage;
}
