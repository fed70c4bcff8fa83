/**
 * Owns what the end of a suite comes to that nobody has stopped, or why it could not begin. Knows no
 * process and no log, only how the one ended and what the other says last.
 */

import type { LastOutput, Verdict } from '../executor.js';
import type { ProcessEnd } from './process.js';
import { type Command, type Tree, workflowPath } from './suite.js';

export type Ended = Pick<ProcessEnd, 'exitCode' | 'signal' | 'memoryKills'>;

/** Green, and what Python's tools have for it since 3.12. */
const codesOfNone: readonly unknown[] = [0, 5];

/** `lastOutput` holds what the suite's tool says of it all. */
export function verdictOn(
  { exitCode, signal, memoryKills }: Ended,
  { says, guess: { ranNone, notInstalled = [] } = {} }: Command,
  lastOutput: () => LastOutput,
): Verdict {
  if (codesOfNone.includes(exitCode) && ranNone !== undefined && isSaidBy(lastOutput(), ranNone)) {
    return errored(`No test ran: name them so that "${says}" finds them, or ${sayHow}`);
  }
  if (exitCode === 0) return { end: 'passed', exitCode, signal, reason: '' };
  const reasons = [
    ...(memoryKills > 0 ? [outOfMemory] : []),
    ...(notInstalled.length > 0 ? [`${notInstalled.join(', ')}: ${notHad}`] : []),
  ];
  return { end: 'failed', exitCode, signal, reason: reasons.join('; ') };
}

/** Of the end of a long output nobody knows what ran before it. */
function isSaidBy({ text, isAll }: LastOutput, says: (output: string) => boolean): boolean {
  return isAll && says(text);
}

/** What tells of a reason sets its own full stop. */
export function errored(reason: string): Verdict {
  return { end: 'errored', exitCode: null, signal: null, reason };
}

const sayHow = 'add an executable .ci/run, or start the runner with --command';

const notHad = `what is named there was not installed; if that is why, ${sayHow}`;

export const outOfMemory = 'meanwhile the kernel killed a process here for want of memory';

/**
 * The words for a suite whose program could not be started, for whoever wrote the commit: a clause
 * without a full stop.
 */
export function whyNotStarted(
  { code, message }: NodeJS.ErrnoException,
  { file }: Command,
  tree: Tree,
): string {
  const isWorkflow = file === `./${workflowPath}`;
  const program = isWorkflow && code === 'ENOENT' ? interpreterOf(tree) : null;
  if (program === null) return message;
  const endings = program.endsWith('\r') ? ': Windows line endings?' : '';
  // Quoted, so that what one cannot see is seen.
  const shown = JSON.stringify(program).slice(1, -1);
  const first = `the first line of ${workflowPath} names a program that is not on this machine`;
  return `${first} (${shown}${endings})`;
}

/** Longer than a kernel reads of such a line. */
const interpreterMost = 256;

function interpreterOf(tree: Tree): string | null {
  const [, program = null] = /^#![ \t]*([^ \t\n]+)/.exec(tree.read(workflowPath) ?? '') ?? [];
  return program === null ? null : program.slice(0, interpreterMost);
}
