/**
 * Owns the hint at a mistyped flag. What is near to what, src/protocol/nearest.ts knows.
 */

import { nearest } from '../protocol/nearest.js';

/** What yargs says of a command line; where it is of an unknown flag, with the one that is near. */
export function withHint(
  message: string,
  flags: readonly string[],
  argv: readonly string[],
): string {
  const [, typed] = /^Unknown arguments?: ([^\s,]+)/.exec(message) ?? [];
  if (typed === undefined || !argv.some((word) => word.startsWith(`--${typed}`))) return message;
  const meant = nearest(typed, flags);
  return `There is no flag --${typed}${meant === null ? '' : `: did you mean --${meant}?`}`;
}
