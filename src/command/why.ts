/**
 * Owns `trivet why`: the story of a commit in sentences, and what it waits for.
 */

import { documents } from '../protocol/documents.js';
import { exitCodes } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { about, commitArgument } from './about.js';
import { type DispatcherRead, dispatcherFlags } from './asking.js';
import { ofJob } from './named-job.js';
import { printJson } from './shown/printing.js';

const flags = {
  ...dispatcherFlags,
  json: { type: 'boolean', default: false, describe: 'the document of the commit, for programs' },
} as const;

interface Read extends DispatcherRead {
  readonly commit?: string;
  readonly json: boolean;
}

/** Answers the exit code. */
export async function why(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet why',
      purpose: 'Tells the story of a commit in sentences, and what it waits for.',
      flags,
      argument: commitArgument,
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const { dispatcher, named } = await about(read);
  const { commit, job } = named;
  if (read.json) {
    const document = await dispatcher.document({ what: 'commit', commit }, documents.commit);
    printJson(ofJob(document, job));
    return exitCodes.fine;
  }
  const said = await dispatcher.ask({ verb: 'why', commit, job });
  const text = `${said.trimEnd().split('\n').map(harmless).join('\n')}\n`;
  // Each sentence of a story says when that was.
  const isStory = /^\d{4}-\d\d-\d\dT/.test(said);
  (isStory ? process.stdout : process.stderr).write(text);
  return isStory ? exitCodes.fine : exitCodes.usage;
}
