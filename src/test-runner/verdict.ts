/**
 * Owns what the end of a suite comes to that nobody has stopped. Knows no process and no log, only
 * how the one ended and what the other says last.
 */

import type { Report } from '../protocol/bodies.js';
import type { ProcessEnd } from './process.js';
import type { Command } from './suite.js';

export type Verdict = Omit<Report, 'logBytes' | 'durationMs'>;

export type Ended = Pick<ProcessEnd, 'exitCode' | 'signal' | 'memoryKills'>;

/** Green, and what Python's tools have for it since 3.12. */
const codesOfNone: readonly unknown[] = [0, 5];

/** `lastOutput` holds what the suite's tool says of it all. */
export function verdictOn(
  { exitCode, signal, memoryKills }: Ended,
  { says, guess: { ranNone, notInstalled = [] } = {} }: Command,
  lastOutput: () => string,
): Verdict {
  if (codesOfNone.includes(exitCode) && ranNone?.(lastOutput()) === true) {
    return errored(`No test ran: name them so that "${says}" finds them, or ${sayHow}`);
  }
  if (exitCode === 0) return { end: 'passed', exitCode, signal, reason: '' };
  const reasons = [
    ...(memoryKills > 0 ? [outOfMemory] : []),
    ...(notInstalled.length > 0 ? [`${notInstalled.join(', ')}: ${notHad}`] : []),
  ];
  return { end: 'failed', exitCode, signal, reason: reasons.join('; ') };
}

/** What tells of a reason sets its own full stop. */
export function errored(reason: string): Verdict {
  return { end: 'errored', exitCode: null, signal: null, reason };
}

const sayHow = 'add an executable .ci/run, or start the runner with --command';

const notHad = `what is named there was not installed; if that is why, ${sayHow}`;

const outOfMemory = 'meanwhile the kernel killed a process here for want of memory';
